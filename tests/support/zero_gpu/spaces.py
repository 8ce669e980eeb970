"""What the app needs of ZeroGPU's package `spaces`, without a card: on PYTHONPATH in test_zero_gpu.

As there, a decorated function runs in a forked process, its arguments and its answer are pickled.
In that process "cuda" is the CPU. What happens is printed.
"""

import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

_FORK = multiprocessing.get_context("fork")

print(f"spaces: imported {'after' if 'torch' in sys.modules else 'before'} torch", flush=True)


def GPU(*, duration: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(task: Callable[..., Any]) -> Callable[..., Any]:
        print(f"spaces: {task.__name__} may have the card for {duration} s", flush=True)

        def lend(*given: Any) -> Any:
            print(f"spaces: {task.__name__} has the card", flush=True)
            ours, theirs = _FORK.Pipe()
            process = _FORK.Process(target=_work, args=(task, theirs))
            process.start()
            ours.send(given)
            answer = ours.recv()
            process.join()
            return answer

        return lend

    return decorate


def gradio_auto_wrap(task: Any) -> Any:
    return task


def _work(task: Callable[..., Any], pipe: Connection) -> None:
    import torch

    torch.set_num_threads(1)  # the parent's OpenMP threads are not in this process
    for kind in (torch.Tensor, torch.nn.Module):
        kind.to = _instead_of_cuda(kind.to)  # type: ignore[method-assign,assignment]
    pipe.send(task(*pipe.recv()))


def _instead_of_cuda(to: Callable[..., Any]) -> Callable[..., Any]:
    def moved(self: Any, place: Any, *others: Any, **named: Any) -> Any:
        return to(self, "cpu" if place == "cuda" else place, *others, **named)

    return moved
