"""Own folders of configuration files in Hydra's search path: of a run, its help, and compose."""

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin

from clue.config.files import check_own_files, own_folders


class OwnFolders(SearchPathPlugin):
    """Adds the folders of CLUE_CONFIG_DIR; Hydra asks once per composition."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Adds the folders.

        Raises:
            ConfigError: see `clue.config.files.check_own_files`.
        """
        check_own_files()
        for folder in own_folders():
            search_path.append(provider="own folder", path=f"file://{folder}")


def search_own_folders() -> None:
    """Makes Hydra search the own folders; a second call changes nothing."""
    Plugins.instance().register(OwnFolders)
