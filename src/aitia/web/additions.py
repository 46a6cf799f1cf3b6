"""What may be added to which library from outside this machine."""

from collections.abc import Sequence

from aitia.errors import AitiaError, LibraryError
from aitia.library.outside import connector_for
from aitia.library.store import libraries
from aitia.library.store.libraries import StoredLibrary
from aitia.web.call import Services

_MOST_ADDRESSES = 50
_LONGEST_ADDRESS = 2000


def library_for_documents(services: Services, name: str) -> StoredLibrary:
    """The library of a name that documents are to be added to. Raises LibraryError if none can be."""
    served = services.settings.libraries
    # Not opened: its index is not needed, and may be in the hands of whoever is adding.
    found = libraries.find(services.database, name) if not served or name in served else None
    if found is None:
        services.shelf.open(name)
        raise LibraryError(
            f"nothing can be added to {name} in the browser: its editors keep it in files. Make a library of your "
            "own for documents."
        )
    return found


def wrong_addresses(addresses: Sequence[str]) -> list[str]:
    """What keeps addresses from being asked; whatever a name stands for is looked at when it is dialled."""
    if len(addresses) > _MOST_ADDRESSES:
        return [f"There are {len(addresses)} addresses; at most {_MOST_ADDRESSES} are taken at once."]
    wrong = []
    for address in addresses:
        shown = address if len(address) <= 100 else f"{address[:100]}…"
        if connector_for(address) is None:
            wrong.append(
                f"{shown}: this is no address that can be asked. Write doi:, pubmed: or https:// before it; files are "
                "sent as files."
            )
        elif len(address) > _LONGEST_ADDRESS:
            wrong.append(f"{shown}: it is longer than {_LONGEST_ADDRESS:,} characters.")
        elif address.lower().startswith(("http:", "https:")):
            from aitia.library.connectors.addresses import checked
            from aitia.library.outside import fetcher

            try:
                checked(address, fetcher().settings.allowed)
            except AitiaError as error:
                wrong.append(f"{shown}: {error}")
    return wrong
