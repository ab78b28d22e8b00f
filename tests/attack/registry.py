"""All campaigns by name."""

from collections.abc import Mapping

from tests.attack import data_files, privacy, rotten, servers
from tests.attack.campaign import Campaign

CAMPAIGNS: Mapping[str, Campaign] = {
    "servers": servers.CAMPAIGN,
    "rotten": rotten.CAMPAIGN,
    "data": data_files.CAMPAIGN,
    "privacy": privacy.CAMPAIGN,
}
