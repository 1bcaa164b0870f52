# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""AdamW follows torch.optim.AdamW and the learning rate follows timm's cosine scheduler."""
import subprocess

import pytest

torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")
scheduler = pytest.importorskip("timm.scheduler.cosine_lr")


def reference(value, gradients, weight_decay, epochs):
    value = torch.nn.Parameter(value.clone())
    optimizer = torch.optim.AdamW([value], lr=1e-3, weight_decay=weight_decay)
    warmup = min(10, epochs // 5)
    schedule = scheduler.CosineLRScheduler(
        optimizer, t_initial=epochs, lr_min=1e-5, warmup_t=warmup, warmup_lr_init=1e-6, cycle_limit=1, t_in_epochs=True)
    values, rates = [], []
    for epoch in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        value.grad = gradients[epoch % len(gradients)].clone()
        optimizer.step()
        schedule.step(epoch + 1)
        values.append(value.detach().clone())
    return torch.stack(values), torch.tensor(rates)


@pytest.mark.parametrize("weight_decay", [0.0, 1e-4, 0.05])
@pytest.mark.parametrize("epochs", [20, 100])
def test_adamw_and_schedule(program, tmp_path, weight_decay, epochs):
    torch.manual_seed(4)
    value, gradients = torch.randn(13, 9), torch.randn(20, 13, 9)
    safetensors_torch.save_file({"value": value, "gradients": gradients}, tmp_path / "start.safetensors")
    subprocess.run([program("engine_optimizer"), tmp_path / "start.safetensors", tmp_path / "out.safetensors",
                    str(weight_decay), str(epochs)], check=True)
    ours = safetensors_torch.load_file(tmp_path / "out.safetensors")
    values, rates = reference(value, gradients, weight_decay, epochs)
    assert values.abs().max() > 0.1 and (values[-1] - value).abs().max() > 1e-3
    torch.testing.assert_close(ours["rates"], rates, rtol=1e-6, atol=1e-12)
    torch.testing.assert_close(ours["values"], values, rtol=1e-5, atol=1e-6)
