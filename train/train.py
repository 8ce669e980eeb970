"""Train a network: `python -m train.train --help` lists the flags, train/README.md the recipes.

python -m train.train --head classification --photos PHOTOS --palette palette.safetensors \\
        --out runs/classification
python -m train.train --head regression --photos PHOTOS --out runs/regression \\
        --init-from runs/classification/checkpoint --frozen-steps 0 --steps 1200
Asked to end (SIGTERM), it saves its state first; --resume continues from there.

accelerate launch -m train.train …        (several processes or GPUs, same flags)
"""

import logging
import signal

import tyro

from train.options import TrainingOptions
from train.trainer import Trainer


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and train."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    trainer = Trainer(tyro.cli(TrainingOptions, prog="python -m train.train", args=arguments))
    signal.signal(signal.SIGTERM, lambda *_: trainer.stop())
    trainer.run()


if __name__ == "__main__":
    main()
