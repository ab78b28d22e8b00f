"""All campaigns by name."""

from collections.abc import Mapping

from tests.attack import archives, data_files, kills, privacy, rotten, servers, settings
from tests.attack.campaign import Campaign

CAMPAIGNS: Mapping[str, Campaign] = {
    "kills-new": kills.NEW,
    "kills-elsewhere": kills.ELSEWHERE,
    "archives": archives.CAMPAIGN,
    "servers": servers.CAMPAIGN,
    "rotten": rotten.CAMPAIGN,
    "data": data_files.CAMPAIGN,
    "settings": settings.CAMPAIGN,
    "privacy": privacy.CAMPAIGN,
}
