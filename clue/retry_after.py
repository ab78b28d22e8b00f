"""When a server that is busy wants to be asked again."""

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry


def retry_after(response: requests.Response) -> float | None:
    """Seconds that the header Retry-After asks for, in either of its two forms; None = none."""
    value = response.headers.get("Retry-After")
    try:
        return Retry().parse_retry_after(value) if value else None
    except InvalidHeader:
        return None
