"""Locates the encoder of BERTScore: in a folder, an installed package, or the hub and its cache."""

from functools import cache
from pathlib import Path

from clue.checkpoints import locate
from clue.checkpoints.identifying_files import json_object
from clue.checkpoints.locate import WEIGHTS
from clue.config.scoring_schema import BertscoreConf
from clue.errors import ConfigError, ModelError, ModelUnavailable
from clue.metrics.encoder import DOWNLOAD_ADVICE, Encoder, encoder_conf


def find(conf: BertscoreConf, cache: Path) -> Encoder:
    """Returns the configured encoder, not loaded yet.

    Raises:
        ModelUnavailable: it is in no folder, package or cache, and the hub does not offer it.
        ConfigError: the encoder has no such layer.
        ModelError: its config is damaged.
    """
    model = encoder_conf(conf.model, conf.revision)
    if conf.package:
        model = encoder_conf(str(_in_package(conf.package)))
    checkpoint = locate.locate_weights(model, Path(), cache)
    if checkpoint.identity:
        revision, identity = None, checkpoint.identity
        config = Path(checkpoint.source) / "config.json"
        if not _complete(config.parent):
            raise ModelUnavailable(
                f"BERTScore's encoder: {config.parent} holds a config.json and no weights "
                f"({', '.join(WEIGHTS)}); download it again"
            )
    else:
        config = _on_hub(conf.model, conf.revision)
        revision = identity = config.parent.name
    layers, positions = _sizes(config)
    layers = conf.num_layers if layers is None else layers
    if not 1 <= conf.num_layers <= layers:
        raise ConfigError(
            f"scoring.bertscore.num_layers={conf.num_layers}, but {conf.model} has layers 1 to "
            f"{layers}"
        )
    label = Path(conf.model).name
    return Encoder(checkpoint.source, revision, identity, label, positions, conf.num_layers)


def _sizes(config: Path) -> tuple[int | None, int | None]:
    """Returns the numbers of layers and positions; None where the config does not tell."""
    facts = json_object(config)
    layers, positions = facts.get("num_hidden_layers"), facts.get("max_position_embeddings")
    if not isinstance(layers, int | None) or not isinstance(positions, int | None):
        raise ModelError(f"{config}: its numbers are no integers; download it again")
    return layers, positions


def _in_package(package: str) -> Path:
    root = locate.package_folder(package, "BERTScore's encoder")
    folders = [path.parent for path in root.rglob("config.json") if _complete(path.parent)]
    if not folders:
        raise ModelUnavailable(
            f"BERTScore's encoder: no folder of the package {package} holds a config.json and "
            f"weights ({', '.join(WEIGHTS)}); name another with scoring.bertscore.package=<package>"
        )
    return folders[0]


def _complete(folder: Path) -> bool:
    return any((folder / name).is_file() for name in WEIGHTS)


@cache
def _on_hub(repo: str, revision: str | None) -> Path:
    """Returns the config in Hugging Face's cache; the name of its folder is the commit.

    Weights outside the cache are not downloaded yet, but then the hub must offer the model.
    """
    from huggingface_hub import HfApi, hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        with locate.explain_unavailable(encoder_conf(repo, revision), DOWNLOAD_ADVICE):
            config = Path(hf_hub_download(repo, "config.json", revision=revision))
            weights = [
                try_to_load_from_cache(repo, name, revision=config.parent.name) for name in WEIGHTS
            ]
            if not any(isinstance(path, str) for path in weights):
                HfApi().model_info(repo, revision=config.parent.name)
    except ModelUnavailable as error:
        if isinstance(error.__cause__, HFValidationError):
            raise ModelUnavailable(
                f"scoring.bertscore.model={repo} is no folder with a config.json and no id of the "
                "hub (<org>/<name>)"
            ) from error
        raise
    return config
