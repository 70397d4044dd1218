"""Learning-rate factors of torch.optim.lr_scheduler, for tests/schedule/golden.cpp.

    pip install torch==2.11.0
    python schedules.py > schedules.csv

The peak learning rate is 1, a run has 60 steps, the factor of every step is written. Rows named warm_* begin with LinearLR over 5 steps.
"""
import torch
from torch.optim import lr_scheduler as lr

STEPS, WARM = 60, 5


def factors(make, feedback=None, warm=0):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = make(optimizer)
    if warm:
        rise = lr.LinearLR(optimizer, start_factor=1 / warm, end_factor=1.0, total_iters=warm - 1)
        optimizer.param_groups[0]["lr"] = 1 / warm
        schedule = lr.SequentialLR(optimizer, [rise, schedule], milestones=[warm])
    out = []
    for step in range(STEPS):
        out.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if feedback:
            schedule.step(feedback[step])
        elif step + 1 < STEPS:  # OneCycleLR refuses the step after its last
            schedule.step()
    return out


# Scores that rise, rest, fall back and rise again, as PR-AUC does.
SCORES = [0.10, 0.12, 0.13, 0.13, 0.1300001, 0.129, 0.128, 0.14, 0.15, 0.15, 0.15, 0.149, 0.15, 0.148, 0.151, 0.16, 0.16, 0.16, 0.16, 0.17] + [0.17] * 40

if __name__ == "__main__":
    print(f"# torch {torch.__version__.split('+')[0]}; made by schedules.py")
    print("schedule,step,factor,score")
    makers = {
        "cosine": lambda o: lr.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.1),
        "poly": lambda o: lr.PolynomialLR(o, total_iters=STEPS, power=0.9),
        "step": lambda o: lr.StepLR(o, step_size=13, gamma=0.3),
        "exponential": lambda o: lr.ExponentialLR(o, gamma=0.02 ** (1 / STEPS)),
        "cosine_restarts": lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=8, T_mult=2, eta_min=0.05),
        "one_cycle": lambda o: lr.OneCycleLR(o, max_lr=1.0, total_steps=STEPS, pct_start=0.3, div_factor=25, final_div_factor=1e4, cycle_momentum=False),
        "warm_step": lambda o: lr.StepLR(o, step_size=13, gamma=0.3),
        "warm_cosine_restarts": lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=8, T_mult=2, eta_min=0.05),
        "warm_poly": lambda o: lr.PolynomialLR(o, total_iters=STEPS - WARM, power=0.9),
    }
    for name, make in makers.items():
        rows = factors(make, warm=WARM if name.startswith("warm_") else 0)
        for step, value in enumerate(rows):
            print(f"{name},{step},{value:.15g},")
    plateau = {
        "plateau": lambda o: lr.ReduceLROnPlateau(o, mode="max", factor=0.5, patience=2, threshold=1e-4, threshold_mode="rel"),
        "plateau_cooldown": lambda o: lr.ReduceLROnPlateau(o, mode="max", factor=0.1, patience=1, threshold=1e-2, threshold_mode="rel", cooldown=3, min_lr=0.003),
    }
    for name, make in plateau.items():
        for epoch, value in enumerate(factors(make, feedback=SCORES)):
            print(f"{name},{epoch},{value:.15g},{SCORES[epoch]:.15g}")
