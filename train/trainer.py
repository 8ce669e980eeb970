"""The training loop: data → loss → step → moving average, with evaluations and saved states."""

import json
import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs
from numpy.typing import NDArray
from tqdm import tqdm

from colorizer.model.architecture import Head, NetworkConfig
from colorizer.model.checkpoint import (
    CheckpointConfig,
    DecodingConfig,
    load_checkpoint,
    save_checkpoint,
)
from colorizer.model.network import ColorizationNetwork
from train.ab_bins_training import annealed_mean, class_weights
from train.backbones import load_pretrained_backbone
from train.background_push import BackgroundPush
from train.dataset import CachedPhoto, CropSampler, open_cache
from train.degrading import add_borders, degrade
from train.fit_palette import read_palette
from train.folded_norms import fold_norms
from train.heads import Heads, Outputs
from train.moving_average import moving_average
from train.objective import (
    classification_loss,
    mood_loss,
    regression_loss,
    squared_loss,
    to_sample,
)
from train.options import TrainingOptions
from train.photo_choice import choose_photos
from train.photo_index import IndexLine, balancing_weights, read_index
from train.resident_crops import ResidentCrops
from train.samples import write_samples
from train.schedule import average_decay, learning_rate_share, parameter_groups, set_trainable
from train.trainer_state import Progress, has_state, load_state, save_state
from train.validation import validate

logger = logging.getLogger(__name__)

_PRECISIONS = {"float32": "no", "bfloat16": "bf16"}


class Trainer:
    """One training: the network, its moving average, the optimizer and the photos."""

    def __init__(self, options: TrainingOptions) -> None:
        self.options = options
        self.accelerator = Accelerator(
            mixed_precision=_PRECISIONS[options.precision],
            kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
        )
        if options.batch % self.accelerator.num_processes:
            raise SystemExit("--batch must be a multiple of the number of processes.")
        with self.accelerator.main_process_first():
            self.cache = open_cache(
                options.photos,
                options.cache,
                side=options.side,
                pca_variance=options.pca_variance,
            )
        photos = choose_photos(
            self.cache.split("train"),
            options.photos,
            subject=options.subject,
            limit=options.limit,
            seed=options.seed,
        )
        self.sampler = CropSampler(
            cache=self.cache,
            photos=photos,
            crop=options.crop,
            crop_from=options.crop_from,
            batch=options.batch,
            seed=options.seed,
            whole=options.whole,
            weights=self._weights(photos) if options.balance else None,
        )
        self.crops: Callable[[int, slice], torch.Tensor] = self.sampler
        if options.resident:
            self.crops = ResidentCrops(self.sampler, self.accelerator.device)
        self.ab_bins = read_palette(options.palette) if options.palette else None
        self.network = self._build_network()
        self.heads = Heads(self.network, with_regression=options.head == "both")
        self.ema = moving_average(self.heads, lambda step: average_decay(options, step))
        self.optimizer = torch.optim.AdamW(
            parameter_groups(self.heads, options),
            lr=options.lr,
            weight_decay=options.weight_decay,
            fused=True,
        )
        self.progress = Progress(step=0, seconds=0.0)
        if options.resume and has_state(options.out):
            self.progress = load_state(options.out, self.heads, self.ema, self.optimizer)
        fold_norms(self.network.backbone)
        self.wrapped, self.optimizer = self.accelerator.prepare(self.heads, self.optimizer)
        device = self.accelerator.device
        self.ema.to(device)
        weights = class_weights(self.ab_bins, options.rebalancing) if self.ab_bins else None
        if weights is not None:
            weights = weights.clamp(max=options.max_class_weight or math.inf).to(device)
        self.class_weights = weights
        self.hub = self._open_hub()
        self._stops = False

    def stop(self) -> None:
        """Let `run` save the state after the present step and return."""
        self._stops = True

    def run(self) -> dict[str, Any]:
        """Train to the last step or to `stop`; returns the metrics of the last evaluation."""
        metrics: dict[str, Any] = {}
        losses: list[float] = []
        saved = time.monotonic()
        rate = 0.0
        for step in self._bar():
            started = time.monotonic()
            losses.append(self.step(step))
            seconds = time.monotonic() - started
            rate += (self.options.batch / seconds - rate) / len(losses)
            self.progress = Progress(step + 1, self.progress.seconds + seconds)
            last = step + 1 == self.options.steps
            if last or (step + 1) % self.options.evaluate_every == 0:
                metrics = self._evaluate(sum(losses) / len(losses), rate)
                losses, rate = [], 0.0
                if self.hub and not last:
                    self.hub.offer(self._checkpoint_folder, self.progress.step)
            if last or self._stops or time.monotonic() - saved > self.options.save_minutes * 60:
                self._save()
                saved = time.monotonic()
            if self._stops:
                break
        self.accelerator.wait_for_everyone()
        if self.hub and metrics:
            self.hub.finish(self._checkpoint_folder, self.progress.step)
        return metrics

    def _bar(self) -> "tqdm[int]":
        return tqdm(
            range(self.progress.step, self.options.steps),
            initial=self.progress.step,
            total=self.options.steps,
            disable=not self.accelerator.is_main_process,
            mininterval=10,
        )

    def step(self, step: int) -> float:
        """One optimizer step on this process's share of the batch; returns its loss."""
        options, accelerator = self.options, self.accelerator
        set_trainable(self.heads, options, step)
        for group in self.optimizer.param_groups:
            group["lr"] = options.lr * group["share"] * learning_rate_share(options, step)
        share = options.batch // accelerator.num_processes
        part = slice(accelerator.process_index * share, (accelerator.process_index + 1) * share)
        seed = (options.seed, step, accelerator.process_index)
        rgb = self.crops(step, part).to(accelerator.device)
        rgb = add_borders(rgb, options.bordered, seed=seed)
        sample = to_sample(rgb, self.network.config.output_stride)
        L = degrade(sample.L, options.aged, seed=seed)
        outputs = self.wrapped(L.contiguous(memory_format=torch.channels_last))
        loss = self._loss(outputs, sample.ab)
        self.optimizer.zero_grad(set_to_none=True)
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(self.heads.parameters(), 1.0)
        self.optimizer.step()
        self.ema.update_parameters(self.heads)
        return float(loss.detach())

    def _loss(self, outputs: Outputs, target: torch.Tensor) -> torch.Tensor:
        """The sum of the heads' losses; the mood is that of the classifier, if there is one."""
        options = self.options
        losses = []
        ab = None
        if "regression" in outputs:
            ab = outputs["regression"].float()
            loss = squared_loss if options.loss == "squared" else regression_loss
            weight = options.regression_weight if options.head == "both" else 1.0
            losses.append(weight * loss(ab, target))
        if self.ab_bins is not None and self.class_weights is not None:
            logits = outputs["classification"].float()
            losses.append(
                classification_loss(
                    logits, target, self.ab_bins, self.class_weights, options.neighbours
                )
            )
            ab = annealed_mean(self.ab_bins, logits, 1.0) if options.mood_weight else None
        if options.mood_weight and ab is not None:
            losses.append(options.mood_weight * mood_loss(ab, target))
        return torch.stack(losses).sum()

    def _evaluate(self, loss: float, rate: float) -> dict[str, Any]:
        """Validate the moving average, write the checkpoints and a line of metrics.jsonl."""
        if not self.accelerator.is_main_process:
            return {}
        averaged = self.ema.module
        assert isinstance(averaged, Heads)
        validation = validate(averaged.eval(), self.ab_bins, self.cache, self.options)
        metrics: dict[str, Any] = {
            "step": self.progress.step,
            "minutes": round(self.progress.seconds / 60, 2),
            "loss": round(loss, 5),
            "images_per_second": round(rate, 1),
            **validation,
        }
        for head, network in averaged.networks().items():
            self._write_checkpoint(head, network, validation)
        samples = self.options.out / "samples" / f"{self.progress.step:06}.png"
        write_samples(load_checkpoint(self._checkpoint_folder), self.cache, samples)
        with (self.options.out / "metrics.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(metrics) + "\n")
        tqdm.write(json.dumps(metrics))
        return metrics

    @property
    def _checkpoint_folder(self) -> Path:
        """Where the checkpoint of the network's own head lies."""
        return self._folder_of(self.network.config.head)

    def _folder_of(self, head: Head) -> Path:
        return self.options.out / (head if self.options.head == "both" else "checkpoint")

    @property
    def _decoding(self) -> DecodingConfig:
        """A network that learned from whole photos gets whole photos of that size."""
        options = self.options
        decoding = DecodingConfig(temperature=options.temperature, rebalancing=options.rebalancing)
        return replace(decoding, side=options.crop) if options.whole else decoding

    def _write_checkpoint(
        self, head: Head, network: ColorizationNetwork, validation: dict[str, Any]
    ) -> None:
        config = CheckpointConfig(
            name=head,
            network=network.config,
            decoding=self._decoding,
            provenance={
                "training": self.options.described(),
                "steps": self.progress.step,
                "minutes": round(self.progress.seconds / 60, 1),
                "machine": self._machine,
                "photos": len(self.sampler.photos),
                "validation": validation,
            },
        )
        ab_bins = self.ab_bins if head == "classification" else None
        save_checkpoint(self._folder_of(head), config, network, ab_bins)

    @property
    def _machine(self) -> str:
        """What it was trained on, for the model card."""
        if self.accelerator.device.type == "cuda":
            kind = torch.cuda.get_device_name(self.accelerator.device)
        else:
            kind = f"{torch.get_num_threads()} CPU threads"
        count = self.accelerator.num_processes
        return kind if count == 1 else f"{count} × {kind}"

    def _open_hub(self) -> BackgroundPush | None:
        """Where the main process pushes to, if it was asked to."""
        options = self.options
        if options.push_to_hub is None or not self.accelerator.is_main_process:
            return None
        return BackgroundPush(
            options.push_to_hub, every=options.hub_every, private=options.hub_private
        )

    def _save(self) -> None:
        if self.accelerator.is_main_process:
            save_state(self.options.out, self.heads, self.ema, self.optimizer, self.progress)

    def _weights(self, photos: list[CachedPhoto]) -> NDArray[np.float64]:
        """Each photo's chance to be drawn, see `balancing_weights`."""
        index = read_index(self.options.photos)
        lines = [index.get(Path(photo.name).resolve(), IndexLine()) for photo in photos]
        return balancing_weights(lines, self.options.balance)

    def _build_network(self) -> ColorizationNetwork:
        """A fresh network, from ImageNet weights or from another checkpoint's."""
        options = self.options
        torch.manual_seed(options.seed)
        network = ColorizationNetwork(
            NetworkConfig(
                backbone=options.backbone,
                head="regression" if options.head == "regression" else "classification",
                n_classes=self.ab_bins.n_classes if self.ab_bins else 0,
                decoder_channels=options.decoder,
                skips=options.skips,
                context=options.context,
                slim=options.slim,
            )
        )
        if options.init_from:
            given = load_checkpoint(options.init_from).weights
            own = network.state_dict()
            fitting = {
                k: torch.from_numpy(v).to(own[k].dtype)
                for k, v in given.items()
                if k in own and v.shape == own[k].shape
            }
            network.load_state_dict({**own, **fitting})
            logger.info("%d of %d tensors from %s", len(fitting), len(own), options.init_from)
        elif not options.random_backbone and not options.resume:
            load_pretrained_backbone(network)
        return network.to(memory_format=torch.channels_last)
