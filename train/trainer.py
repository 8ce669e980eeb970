"""The training loop: data → loss → step → moving average, with evaluations and saved states."""

import json
import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs
from tqdm import tqdm

from colorizer.model.architecture import NetworkConfig
from colorizer.model.checkpoint import (
    Checkpoint,
    CheckpointConfig,
    DecodingConfig,
    load_checkpoint,
    save_checkpoint,
)
from colorizer.model.network import ColorizationNetwork
from train.ab_bins_training import class_weights
from train.backbones import load_pretrained_backbone
from train.background_push import BackgroundPush
from train.dataset import CropSampler, open_cache
from train.fit_palette import read_palette
from train.moving_average import moving_average
from train.objective import age, classification_loss, regression_loss, squared_loss, to_sample
from train.options import TrainingOptions
from train.photo_choice import choose_photos
from train.samples import write_samples
from train.schedule import learning_rate_share, parameter_groups, set_trainable
from train.trainer_state import Progress, has_state, load_state, save_state
from train.validation import validate

logger = logging.getLogger(__name__)


class Trainer:
    """One training: the network, its moving average, the optimizer and the photos."""

    def __init__(self, options: TrainingOptions) -> None:
        self.options = options
        self.accelerator = Accelerator(
            kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)]
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
        self.sampler = CropSampler(
            cache=self.cache,
            photos=choose_photos(
                self.cache.split("train"),
                options.photos,
                subject=options.subject,
                limit=options.limit,
                seed=options.seed,
            ),
            crop=options.crop,
            crop_from=options.crop_from,
            batch=options.batch,
            seed=options.seed,
            whole=options.whole,
        )
        self.ab_bins = read_palette(options.palette) if options.palette else None
        self.network = self._build_network()
        self.ema = moving_average(self.network, options.ema)
        self.optimizer = torch.optim.AdamW(
            parameter_groups(self.network, options),
            lr=options.lr,
            weight_decay=options.weight_decay,
        )
        self.progress = Progress(step=0, seconds=0.0)
        if options.resume and has_state(options.out):
            self.progress = load_state(options.out, self.network, self.ema, self.optimizer)
        self.wrapped, self.optimizer = self.accelerator.prepare(self.network, self.optimizer)
        device = self.accelerator.device
        self.ema.to(device)
        weights = class_weights(self.ab_bins, options.rebalancing) if self.ab_bins else None
        self.class_weights = weights.to(device) if weights is not None else None
        self.hub = self._open_hub()

    def run(self) -> dict[str, Any]:
        """Train to the last step; returns the metrics of the last evaluation."""
        metrics: dict[str, Any] = {}
        losses: list[float] = []
        saved = time.monotonic()
        rate = 0.0
        for step in self._bar():
            started = time.monotonic()
            losses.append(self._step(step))
            seconds = time.monotonic() - started
            rate += (self.options.batch / seconds - rate) / len(losses)
            self.progress = Progress(step + 1, self.progress.seconds + seconds)
            last = step + 1 == self.options.steps
            if last or (step + 1) % self.options.evaluate_every == 0:
                metrics = self._evaluate(sum(losses) / len(losses), rate)
                losses, rate = [], 0.0
                if self.hub and not last:
                    self.hub.offer(self._checkpoint_folder, self.progress.step)
            if last or time.monotonic() - saved > self.options.save_minutes * 60:
                self._save()
                saved = time.monotonic()
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

    def _step(self, step: int) -> float:
        """One optimizer step on this process's share of the batch; returns its loss."""
        options, accelerator = self.options, self.accelerator
        set_trainable(self.network, options, step)
        for group in self.optimizer.param_groups:
            group["lr"] = options.lr * group["share"] * learning_rate_share(options, step)
        share = options.batch // accelerator.num_processes
        part = slice(accelerator.process_index * share, (accelerator.process_index + 1) * share)
        rgb = self.sampler(step, part).to(accelerator.device)
        sample = to_sample(rgb, self.network.config.output_stride)
        L = age(sample.L, options.aged, seed=(options.seed, step, accelerator.process_index))
        output = self.wrapped(L.contiguous(memory_format=torch.channels_last))
        loss = self._loss(output, sample.ab)
        self.optimizer.zero_grad(set_to_none=True)
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.ema.update_parameters(self.network)
        return float(loss.detach())

    def _loss(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        if self.ab_bins is not None and self.class_weights is not None:
            neighbours = self.options.neighbours
            return classification_loss(output, target, self.ab_bins, self.class_weights, neighbours)
        loss = squared_loss if self.options.loss == "squared" else regression_loss
        return loss(output, target)

    def _evaluate(self, loss: float, rate: float) -> dict[str, Any]:
        """Validate the moving average, write the checkpoint and a line of metrics.jsonl."""
        if not self.accelerator.is_main_process:
            return {}
        validation = validate(self._averaged, self.ab_bins, self.cache, self.options)
        metrics: dict[str, Any] = {
            "step": self.progress.step,
            "minutes": round(self.progress.seconds / 60, 2),
            "loss": round(loss, 5),
            "images_per_second": round(rate, 1),
            **validation,
        }
        checkpoint = self._write_checkpoint(validation)
        samples = self.options.out / "samples" / f"{self.progress.step:06}.png"
        write_samples(checkpoint, self.cache, samples)
        with (self.options.out / "metrics.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(metrics) + "\n")
        tqdm.write(json.dumps(metrics))
        return metrics

    @property
    def _averaged(self) -> ColorizationNetwork:
        network = self.ema.module
        assert isinstance(network, ColorizationNetwork)
        return network

    @property
    def _checkpoint_folder(self) -> Path:
        return self.options.out / "checkpoint"

    @property
    def _decoding(self) -> DecodingConfig:
        """A network that learned from whole photos gets whole photos of that size."""
        options = self.options
        decoding = DecodingConfig(temperature=options.temperature, rebalancing=options.rebalancing)
        return replace(decoding, side=options.crop) if options.whole else decoding

    def _write_checkpoint(self, validation: dict[str, Any]) -> Checkpoint:
        config = CheckpointConfig(
            name=self.options.head,
            network=self.network.config,
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
        folder = save_checkpoint(self._checkpoint_folder, config, self._averaged, self.ab_bins)
        return load_checkpoint(folder)

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
            save_state(self.options.out, self.network, self.ema, self.optimizer, self.progress)

    def _build_network(self) -> ColorizationNetwork:
        """A fresh network, from ImageNet weights or from another checkpoint's."""
        options = self.options
        torch.manual_seed(options.seed)
        network = ColorizationNetwork(
            NetworkConfig(
                backbone=options.backbone,
                head=options.head,
                n_classes=self.ab_bins.n_classes if self.ab_bins else 0,
                decoder_channels=options.decoder,
                skips=options.skips,
                context=options.context,
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
