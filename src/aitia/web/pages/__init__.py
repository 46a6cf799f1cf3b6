"""The pages: each module has a table of its routes and one function a page."""
