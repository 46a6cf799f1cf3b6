"""The service: pages for people, an API for programs."""
