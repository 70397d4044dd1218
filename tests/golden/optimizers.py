"""Weights after 20 steps of torch.optim, for tests/optimizer/golden.cpp.

    pip install torch==2.11.0
    python optimizers.py > optimizers.csv

Ten weights on a bowl with a moving centre; the learning rate follows step 1 / (step + 1), as a schedule would. Lion is not in torch: it is
written down here from algorithm 2 of Chen et al. (2023), arXiv:2302.06675.
"""
import torch

D = torch.float64


class Lion(torch.optim.Optimizer):
    """Algorithm 2: c = b1 m + (1 - b1) g; w = w - lr (sign(c) + decay w); m = b2 m + (1 - b2) g."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for w in group["params"]:
                m = self.state[w].setdefault("m", torch.zeros_like(w))
                c = b1 * m + (1 - b1) * w.grad
                w -= group["lr"] * (torch.sign(c) + group["weight_decay"] * w)
                self.state[w]["m"] = b2 * m + (1 - b2) * w.grad


def run(make):
    w = torch.linspace(-1, 1, 10, dtype=D).requires_grad_()
    optimizer = make([w])
    for step in range(20):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (step + 1)
        optimizer.zero_grad()
        centre = torch.sin(torch.arange(10, dtype=D) + step)
        ((w - centre) ** 2 * torch.arange(1, 11, dtype=D)).sum().backward()
        optimizer.step()
    return w.detach()


if __name__ == "__main__":
    print(f"# torch {torch.__version__.split('+')[0]}; made by optimizers.py")
    print("optimizer,weight,value")
    makers = {
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.05),
        "adam": lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.99), eps=1e-8, weight_decay=0.05),
        "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
        "sgd_plain": lambda p: torch.optim.SGD(p, lr=0.1),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-8),
        "rmsprop_full": lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-8, weight_decay=0.02, momentum=0.5, centered=True),
        "lion": lambda p: Lion(p, lr=0.1, betas=(0.9, 0.99), weight_decay=0.2),
    }
    for name, make in makers.items():
        for i, value in enumerate(run(make)):
            print(f"{name},{i},{value.item():.15g}")
