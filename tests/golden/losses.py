"""Values of the losses as named peers compute them, for tests/loss/golden.cpp.

    pip install torch==2.11.0 monai==1.6.1 scipy==1.17.1 segmentation_models_pytorch==0.6.0
    python losses.py > losses.csv

Everything runs in double precision but what a peer itself casts to single, which its row says. Rows marked `authors` are the formula of the
paper's own code, written here without our names.
"""
import monai
import segmentation_models_pytorch
import torch
from monai.losses import (AsymmetricUnifiedFocalLoss, BoundaryLoss, DeepSupervisionLoss, DiceCELoss, DiceFocalLoss, DiceLoss, FocalLoss,
                          GeneralizedDiceLoss, HausdorffDTLoss, SoftclDiceLoss, TverskyLoss)
from monai.losses.mcc_loss import MCCLoss
from monai.losses.unified_focal_loss import AsymmetricFocalLoss, AsymmetricFocalTverskyLoss
from segmentation_models_pytorch import losses as smp
from torch.nn.functional import binary_cross_entropy_with_logits as bce

D = torch.float64


def ramp():
    z = torch.linspace(-3, 3, 16, dtype=D).reshape(1, 1, 4, 4)
    g = torch.tensor([0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1], dtype=D).reshape(1, 1, 4, 4)
    return z, g


def wave():
    """Three slices of 8x8, the second without any positive pixel."""
    i = torch.arange(192, dtype=D)
    z = 3 * torch.sin(0.37 * i) + torch.cos(1.7 * i) - 1
    g = (torch.sin(0.11 * i * i) > 0.6).to(D)
    g[64:128] = 0
    return z.reshape(3, 1, 8, 8), g.reshape(3, 1, 8, 8)


def empty():
    z, g = wave()
    return z, torch.zeros_like(g)


def full():
    z, g = wave()
    return z, torch.ones_like(g)


def heads():
    """The logits of three heads for the masks of the wave, full resolution first."""
    z, g = wave()
    i = torch.arange(48, dtype=D)
    return [z, 2 * torch.sin(0.9 * i + 1).reshape(3, 1, 4, 4), 3 * torch.cos(0.7 * i[:12]).reshape(3, 1, 2, 2)], g


def as_one(z, g):
    """The slices below each other, as one sample: a peer that counts per sample then counts over the batch."""
    return z.reshape(1, 1, -1, z.shape[-1]), g.reshape(1, 1, -1, g.shape[-1])


def abraham(z, g, fn_weight, smooth, exponent):
    """nabsabraham/focal-tversky-unet: the batch flattened, Tversky index, (1 - index)^exponent."""
    p, g = torch.sigmoid(z).flatten(), g.flatten()
    tp, fn, fp = (p * g).sum(), ((1 - p) * g).sum(), (p * (1 - g)).sum()
    index = (tp + smooth) / (tp + fn_weight * fn + (1 - fn_weight) * fp + smooth)
    return (1 - index) ** exponent


def monai_focal(z, g, gamma, alpha=None):
    return FocalLoss(gamma=gamma, alpha=alpha, reduction="mean")(z, g)


def two_classes(z, g):
    """Background and fracture as two channels, what MONAI's unified family wants."""
    p = torch.sigmoid(z)
    return torch.cat([1 - p, p], 1), torch.cat([1 - g, g], 1)


def symmetric_unified(z, g, weight, delta, gamma, eps):
    """mlyg/unified-focal-loss: symmetric focal and symmetric focal Tversky, counts per sample and class."""
    p, y = two_classes(z, g)
    p = p.clamp(1e-7, 1 - 1e-7)
    ce = -y * torch.log(p)
    factor = torch.tensor([1 - delta, delta], dtype=D).view(1, 2, 1, 1)
    focal = (factor * (1 - p) ** gamma * ce).sum(1).mean()
    tp, fn, fp = ((a).sum((2, 3)) for a in (p * y, (1 - p) * y, p * (1 - y)))
    index = (tp + eps) / (tp + delta * fn + (1 - delta) * fp + eps)
    return weight * focal + (1 - weight) * ((1 - index) ** (1 - gamma)).mean()


def top_k(z, g, percent):
    """nnU-Net's TopKLoss."""
    ce = bce(z, g, reduction="none").flatten()
    return torch.topk(ce, int(ce.numel() * percent / 100), sorted=False)[0].mean()


def lovasz_hinge(z, g):
    """Berman's published pseudo-code, the batch flattened."""
    z, g = z.flatten(), g.flatten()
    errors, order = torch.sort(1 - z * (2 * g - 1), descending=True, stable=True)
    g = g[order]
    jaccard = 1 - (g.sum() - g.cumsum(0)) / (g.sum() + (1 - g).cumsum(0))
    jaccard[1:] = jaccard[1:] - jaccard[:-1].clone()
    return torch.dot(torch.relu(errors), jaccard)


def mcc_smooth_1(z, g):
    """A pixel surely positive and one surely negative beside the batch: one more true positive, one more true negative."""
    p = torch.cat([torch.sigmoid(z).flatten(), torch.tensor([1, 0], dtype=D)])
    g = torch.cat([g.flatten(), torch.tensor([1, 0], dtype=D)])
    return MCCLoss(batch=True, smooth_dr=1e-12)(p.reshape(1, 1, 1, -1), g.reshape(1, 1, 1, -1))


def defaults(z, g):
    """The shipped defaults of the losses that smooth; these also run without fracture and without background."""
    yield "dice", "monai", DiceLoss(sigmoid=True, batch=True)(z, g)
    yield "jaccard", "monai", DiceLoss(sigmoid=True, batch=True, jaccard=True)(z, g)
    yield "tversky", "monai", TverskyLoss(sigmoid=True, batch=True, alpha=0.3, beta=0.7)(z, g)
    yield "focal_tversky_default", "monai", TverskyLoss(sigmoid=True, batch=True, alpha=0.3, beta=0.7)(z, g) ** 0.75
    yield "generalised_dice", "monai", GeneralizedDiceLoss(batch=True)(*two_classes(z, g))
    region = AsymmetricFocalTverskyLoss(delta=0.7, gamma=0.75, epsilon=1e-5)(*two_classes(*as_one(z, g)))
    yield "asymmetric_focal_tversky_default", "monai", region
    # MONAI's own sum has no epsilon and halves the cross-entropy part, so its two parts are added here.
    pixels = AsymmetricFocalLoss(delta=0.6, gamma=0.5)(*two_classes(z, g)) * 2
    region = AsymmetricFocalTverskyLoss(delta=0.6, gamma=0.5, epsilon=1e-5)(*two_classes(*as_one(z, g)))
    yield "unified_focal_default", "monai", 0.5 * pixels + 0.5 * region
    yield "mcc_default", "monai", mcc_smooth_1(z, g)


def supervised():
    """MONAI adds up its weights without dividing by their sum, so they are given."""
    z, g = heads()
    pixels, both = torch.nn.BCEWithLogitsLoss(), DiceCELoss(sigmoid=True, batch=True)
    for name, loss, weights in (("bce", pixels, (4 / 7, 2 / 7, 1 / 7)), ("dice_bce", both, (4 / 7, 2 / 7, 1 / 7)), ("lowest_off", pixels, (2 / 3, 1 / 3, 0)),
                                ("alike", pixels, (1 / 3, 1 / 3, 1 / 3))):
        yield name, "monai single", DeepSupervisionLoss(loss, weights=list(weights))([x.float() for x in z], g.float())


def losses(z, g):
    yield from defaults(z, g)
    yield "bce", "torch", bce(z, g)
    yield "bce_positive_5", "torch", bce(z, g, pos_weight=torch.tensor(5.0, dtype=D))
    yield "dice_per_sample", "monai", DiceLoss(sigmoid=True, batch=False)(z, g)
    yield "dice_squared", "monai", DiceLoss(sigmoid=True, batch=True, squared_pred=True)(z, g)
    yield "dice_squared_per_sample", "monai", DiceLoss(sigmoid=True, squared_pred=True)(z, g)
    yield "dice_smooth_1", "monai", DiceLoss(sigmoid=True, batch=True, smooth_nr=1, smooth_dr=1)(z, g)
    yield "dice_bce", "monai", DiceCELoss(sigmoid=True, batch=True)(z, g)
    yield "dice_bce_1_10", "monai", DiceCELoss(sigmoid=True, batch=True, lambda_ce=10)(z, g)
    yield "focal", "monai", monai_focal(z, g, 2)
    yield "focal_alpha_025", "monai", monai_focal(z, g, 2, 0.25)
    yield "focal_gamma_05", "monai", monai_focal(z, g, 0.5)
    yield "tversky_per_sample", "monai", TverskyLoss(sigmoid=True, alpha=0.3, beta=0.7)(z, g)
    yield "focal_tversky_per_sample", "monai", (TverskyLoss(sigmoid=True, alpha=0.3, beta=0.7, reduction="none")(z, g) ** 0.75).mean()
    yield "focal_tversky_abraham", "authors", abraham(z, g, 0.7, 1, 0.75)
    yield "focal_tversky_ufl", "authors", abraham(z, g, 0.7, 1e-6, 0.75)
    yield "focal_tversky_4_3", "authors", abraham(z, g, 0.7, 1e-6, 4 / 3)
    yield "jaccard_per_sample", "monai", DiceLoss(sigmoid=True, jaccard=True)(z, g)
    yield "asymmetric_focal_half", "monai", AsymmetricFocalLoss(delta=0.7, gamma=2)(*two_classes(z, g))
    yield "asymmetric_focal_tversky", "monai", AsymmetricFocalTverskyLoss(delta=0.7, gamma=0.75)(*two_classes(z, g))
    yield "asymmetric_focal_tversky_per_batch", "monai", AsymmetricFocalTverskyLoss(delta=0.7, gamma=0.75)(*two_classes(*as_one(z, g)))
    # MONAI wants probabilities here (its docstring says logits) and halves the cross-entropy part.
    yield "unified_focal", "monai", AsymmetricUnifiedFocalLoss(delta=0.7, gamma=0.5)(*two_classes(z, g))
    yield "unified_focal_per_batch", "monai", AsymmetricUnifiedFocalLoss(delta=0.7, gamma=0.5)(*two_classes(*as_one(z, g)))
    yield "unified_focal_symmetric", "authors", symmetric_unified(z, g, 0.5, 0.6, 0.5, 1e-7)
    yield "unified_focal_symmetric_per_batch", "authors", symmetric_unified(*as_one(z, g), 0.5, 0.6, 0.5, 1e-7)
    yield "top_k_bce_10", "authors", top_k(z, g, 10)
    yield "top_k_bce_25", "authors", top_k(z, g, 25)
    yield "lovasz_hinge", "authors", lovasz_hinge(z, g)
    yield "mcc", "monai", MCCLoss(sigmoid=True, batch=True, smooth_dr=1e-12)(z, g)
    yield "dice_focal", "monai", DiceFocalLoss(sigmoid=True, batch=True)(z, g)
    # MONAI's second smoothing, of the harmonic mean, is not in the paper.
    yield "cl_dice_per_sample", "monai", SoftclDiceLoss(sigmoid=True, smooth=1e-12)(z, g)
    yield "cl_dice_1_per_sample", "monai", SoftclDiceLoss(iter_=1, sigmoid=True, smooth=1e-12)(z, g)
    # MONAI sums over channels: slices as channels are counts over the batch.
    yield "cl_dice", "monai", SoftclDiceLoss(sigmoid=True, smooth=1e-12)(z.transpose(0, 1), g.transpose(0, 1))
    yield "boundary", "monai", BoundaryLoss(sigmoid=True)(z, g)
    yield "hausdorff_dt", "monai single", HausdorffDTLoss(sigmoid=True)(z, g)
    yield "hausdorff_dt_1", "monai single", HausdorffDTLoss(alpha=1, sigmoid=True)(z, g)

    yield "bce", "smp", smp.SoftBCEWithLogitsLoss()(z, g)
    yield "bce_positive_5", "smp", smp.SoftBCEWithLogitsLoss(pos_weight=torch.tensor(5.0, dtype=D))(z, g)
    # smp adds its smoothing to TP before TP is doubled.
    yield "dice", "smp", smp.DiceLoss("binary", smooth=5e-6)(z, g)
    yield "dice_smooth_1", "smp", smp.DiceLoss("binary", smooth=0.5)(z, g)
    yield "jaccard", "smp", smp.JaccardLoss("binary", smooth=5e-6)(z, g)
    yield "tversky", "smp", smp.TverskyLoss("binary", alpha=0.3, beta=0.7, smooth=1e-5)(z, g)
    yield "focal_tversky_abraham", "smp", smp.TverskyLoss("binary", alpha=0.3, beta=0.7, gamma=0.75, smooth=1)(z, g)
    yield "focal", "smp", smp.FocalLoss("binary", gamma=2)(z, g)
    yield "focal_alpha_025", "smp", smp.FocalLoss("binary", gamma=2, alpha=0.25)(z, g)
    yield "lovasz_hinge", "smp single", smp.LovaszLoss("binary")(z.float(), g.float())
    yield "mcc", "smp", smp.MCCLoss(eps=1e-8)(torch.sigmoid(z), g)


if __name__ == "__main__":
    print(f"# torch {torch.__version__.split('+')[0]}, monai {monai.__version__}, segmentation_models_pytorch (smp) "
          f"{segmentation_models_pytorch.__version__}; made by losses.py")
    print("case,loss,peer,value")
    for case, rows in ((ramp, losses), (wave, losses), (empty, defaults), (full, defaults)):
        for name, peer, value in rows(*case()):
            print(f"{case.__name__},{name},{peer},{value.item():.12g}")
    for name, peer, value in supervised():
        print(f"heads,{name},{peer},{value.item():.12g}")
