"""The flags of `python -m train.train`; all are written into the checkpoint's config.json."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from colorizer.model.architecture import Head
from train.ab_bins_training import NEIGHBOURS


@dataclass(frozen=True)
class TrainingOptions:
    """Train a colorization network from folders of colour photos.

    Writes OUT/checkpoint (the moving average of the weights, ready to use; for both heads
    OUT/classification and OUT/regression), OUT/metrics.jsonl, OUT/samples/*.png (grey, ours, real)
    and OUT/state.safetensors, from which --resume continues.
    Under `accelerate launch -m train.train` the same flags train on several processes or GPUs.
    """

    head: Head | Literal["both"]
    """regression predicts ab, classification a distribution over the palette's colours."""
    photos: list[Path]
    """Folders of colour photos, searched recursively."""
    out: Path
    """Folder of this training."""
    subject: str | None = None
    """Only photos of this subject in the folders' index.csv, such as bird."""
    limit: int | None = None
    """Train on this many photos, drawn at random."""
    palette: Path | None = None
    """Palette file of train.fit_palette; classification only."""
    init_from: str | None = None
    """Checkpoint to start from; its head may differ."""
    random_backbone: bool = False
    """Start without ImageNet weights."""
    backbone: Literal[
        "tf_efficientnet_lite2", "tf_efficientnet_lite1", "tf_efficientnet_lite0", "resnet50"
    ] = "tf_efficientnet_lite2"
    decoder: tuple[int, ...] = (256, 128, 64)
    """Widths of the decoder: three end at stride 4, two at stride 8."""
    skips: bool = True
    """Whether the decoder sees the backbone's finer features."""
    context: bool = True
    """Whether the decoder sees a summary of the whole photo."""
    slim: bool = False
    """Narrow the decoder's inputs first and convolve once a stage: a third of the work."""
    steps: int = 2600
    """Optimizer steps in all."""
    frozen_steps: int = 500
    """First steps, with the whole backbone frozen."""
    train_from_stride: Literal[2, 8, 16, 64] = 8
    """Backbone layers finer than this stay frozen for good: 2 trains all of them, 64 none."""
    batch: int = 32
    """Photos in a step, over all processes."""
    crop: int = 128
    """Side of a training crop in pixels, a multiple of 32."""
    crop_from: int = 192
    """Crops are cut with sides of crop … crop_from pixels, then shrunk to crop."""
    balance: float = 0.0
    """Exponent on the number of photos of a source and of a subject in the folders' index.csv: 0
    draws all photos alike, 0.5 draws those of a source four times as large half as often each."""
    whole: bool = False
    """Squeeze whole photos into squares of crop pixels and do not mirror them: no augmentation."""
    lr: float = 1e-3
    """Peak learning rate of the decoder."""
    backbone_lr: float = 0.15
    """Learning rate of the backbone, as a share of lr."""
    schedule: Literal["cosine", "level", "constant"] = "cosine"
    """Learning rate over the steps, after a warm-up of 100 steps (not with constant); level stays
    at its peak until --decay-from, so that a training can be continued for as long as it pays."""
    decay_from: int | None = None
    """From this step on the rate falls straight to nothing at the last step; level only."""
    weight_decay: float = 0.01
    loss: Literal["huber", "squared"] = "huber"
    """Regression only; squared is the original's, on ab / 255."""
    rebalancing: float = 0.5
    """λ of the class weights: 0 = none, 1 = inverse prior; classification only."""
    neighbours: int = NEIGHBOURS
    """Soft labels: nearest colours that share a pixel, 1 = hard labels; classification only."""
    temperature: float = 0.38
    """T of the default decoding; classification only."""
    max_class_weight: float | None = None
    """Class weights above this count as this; classification only."""
    regression_weight: float = 1.0
    """Weight of the regression head's loss where both heads are trained."""
    mood_weight: float = 0.0
    """Weight of the loss of the photo's average colours, see `objective.mood_loss`."""
    aged: float = 0.3
    """Share of the photos that are faded, grained, blurred and so on, 0 … 1."""
    bordered: float = 0.0
    """Share of the photos that get borders of grey paper, 0 … 1."""
    ema: float = 0.998
    """Decay of the moving average of the weights."""
    ema_in_decay: float = 0.9995
    """The same from --decay-from on."""
    resident: bool = False
    """Keep all decoded photos in the device's memory and cut the crops there: some 3 GB for 20 000
    photos of 192 pixels. For graphics cards, which wait for the processor otherwise."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """bfloat16 is faster where the processor or the graphics card has it."""
    pca_variance: float | None = None
    """Train on photos compressed by row PCA to this share of their variance, such as 0.98."""
    side: int = 192
    """Short side of the cached photos in pixels."""
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos."""
    evaluate_every: int = 250
    """Steps between evaluations."""
    validation_photos: int = 256
    """Photos in an evaluation."""
    save_minutes: float = 4.0
    """Minutes between two saved states."""
    push_to_hub: str | None = None
    """owner/name on the Hugging Face Hub: send checkpoints there while the training goes on."""
    hub_every: int = 1000
    """Steps between two pushes; a push takes place at the next evaluation."""
    hub_private: bool = False
    """Make the repository private."""
    seed: int = 0
    resume: bool = False
    """Continue from OUT/state.safetensors."""

    def described(self) -> dict[str, str]:
        """The flags for a checkpoint's config.json; of paths only the last part."""
        return {
            key: _last_parts(value)
            for key, value in asdict(self).items()
            if key not in ("out", "cache", "resume", "save_minutes") and "hub" not in key
        }

    def __post_init__(self) -> None:
        if self.head != "regression" and self.palette is None:
            raise SystemExit("--palette is needed to train a classifier; see train.fit_palette.")
        if self.crop % 32 or self.crop_from < self.crop or self.crop_from > self.side:
            raise SystemExit("--crop must be a multiple of 32 with crop <= crop-from <= side.")
        if (self.decay_from is not None) and self.schedule != "level":
            raise SystemExit("--decay-from needs --schedule level.")
        if self.push_to_hub is not None and self.push_to_hub.count("/") != 1:
            raise SystemExit("--push-to-hub needs owner/name.")


def _last_parts(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_last_parts(each) for each in value)
    return Path(value).name if isinstance(value, str | Path) else str(value)
