"""BatchNorm folded into the convolutions before it: the same network with a third fewer layers."""

import copy
from itertools import pairwise

from timm.layers.norm_act import BatchNormAct2d
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from colorizer.network import Network


def fold_batch_norm(network: Network) -> Network:
    """A copy of `network` for inference; the output is the same but for float32's last bits.

    A BatchNorm belongs to the convolution that is registered right before it in the same module,
    which holds for torchvision's and timm's blocks. network: in eval mode; else RuntimeError.
    """
    if network.training:
        raise RuntimeError("BatchNorm can only be folded in eval mode.")
    folded = copy.deepcopy(network).eval()  # a copied graph of torch.fx forgets its mode
    for module in list(folded.modules()):
        for (conv_name, conv), (norm_name, norm) in pairwise(list(module.named_children())):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, conv_name, fuse_conv_bn_eval(conv, norm))
                activation = norm.act if isinstance(norm, BatchNormAct2d) else nn.Identity()
                setattr(module, norm_name, activation)
    return folded
