# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Every fine-tuning method agrees with an independent torch module, and LoRA with peft, after five steps of AdamW from
the same start: logits and every trained tensor."""
import subprocess

import pytest

torch = pytest.importorskip("torch")
timm = pytest.importorskip("timm")
safetensors_torch = pytest.importorskip("safetensors.torch")

import method_twins  # noqa: E402

CASES = [
    ("full", ""), ("linear", ""), ("bias", ""), ("partial", "blocks=1"), ("partial", "blocks=2"),
    ("mlp3", "dropout=0"), ("mlp3", "dropout=0;hidden-layers=1"),
    ("vpt-shallow", "prompt-dropout=0;prompt-length=3"), ("vpt-deep", "prompt-dropout=0;prompt-length=3"),
    ("adapter", "dropout=0"), ("adapter", "dropout=0;init=published;placement=both;activation=gelu"),
    ("adapter", "dropout=0;init=published;placement=after-attention"),
    ("adapter", "dropout=0;init=published;placement=parallel;activation=relu;branch-scale=0.5"),
    ("lora", "rank=4"), ("lora", "rank=4;targets=all"),
    ("noah", "dropout=0;prompt-widths=5,1,0;lora-widths=1,5,10;adapter-widths=5,0,1"),
    ("cdra", ""), ("cdra", "init=published"), ("gps", ""),
    ("spt-lora", "dropout=0;branch-drop-path=0"), ("spt-lora", "dropout=0;branch-drop-path=0;init=published;rank=4;case1=cdra"),
    ("spt-adapter", "dropout=0;branch-drop-path=0"), ("spt-adapter", "dropout=0;branch-drop-path=0;init=published;rank=4"),
]


def random_model(seed=11):
    torch.manual_seed(seed)
    model = timm.models.VisionTransformer(img_size=32, patch_size=8, embed_dim=64, depth=3, num_heads=1, mlp_ratio=2,
                                          num_classes=4)
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, 1.0 if "norm" in name and name.endswith("weight") else 0.0, 0.1)
    return model


def close(got, want, name, tolerance=1e-4):
    assert want.abs().max() > 0, f"{name} is all zero"
    difference = (got - want).abs().max().item()
    assert difference <= tolerance, f"{name}: {difference}"


def run(program, folder, method, options):
    model = random_model()
    state = {name: value for name, value in model.state_dict().items() if not name.startswith("head.")}
    safetensors_torch.save_file(state, folder / "vit.safetensors")
    images, labels = torch.randn(12, 3, 32, 32), torch.arange(12) % 4
    safetensors_torch.save_file({"images": images, "labels": labels.float()}, folder / "input.safetensors")
    subprocess.run([program("engine_methods"), folder / "vit.safetensors", folder / "input.safetensors", method, options,
                    folder], check=True)
    start, end, logits = (safetensors_torch.load_file(folder / f"{name}.safetensors") for name in ("start", "end", "logits"))
    with torch.no_grad():
        model.head.weight.copy_(start["head.weight"])
        model.head.bias.copy_(start["head.bias"])
    return model, images, labels, start, end, logits


@pytest.mark.parametrize("method,options", CASES)
def test_method(program, tmp_path, method, options):
    model, images, labels, start, end, logits = run(program, tmp_path, method, options)
    given = dict(one.split("=", 1) for one in options.split(";") if one)
    named = method_twins.twin(model, method, given, start)
    trained = {name for name in end if not name.endswith((".rows", ".columns", ".indices"))}
    assert set(named) == trained
    with torch.no_grad():
        close(model.eval()(images), logits["before"], "logits before")
    close(method_twins.train(model, named, images, labels), logits["after"], "logits after")
    # Five steps change more than the tolerance allows, in the logits and in every tensor.
    assert (logits["after"] - logits["before"]).abs().max() > 1e-2
    for name, value in named.items():
        moved = (end[name] - start[name]).abs().max().item()
        if name.endswith("attn.k.bias"):  # moves no attention weight: its gradient is rounding alone
            continue
        assert moved > 1e-3, f"{name} moved by {moved}"
        got, want = value.detach().reshape(end[name].shape), end[name]
        if name.endswith((".linear.bias", ".norm.running_mean")):
            # Batch norm takes the bias of a unit that is on for every image away: its gradient is rounding alone, and
            # Adam divides by the gradient's size. The running mean goes where the bias goes.
            moves = named[name.replace(".norm.running_mean", ".linear.bias")].grad.abs() > 1e-6
            assert moves.float().mean() > 0.5
            got, want = got[moves], want[moves]
        close(got, want, name, 3e-4)


def test_lora_is_peft(program, tmp_path):
    peft = pytest.importorskip("peft")
    model, images, labels, start, end, logits = run(program, tmp_path, "lora", "rank=4;targets=proj,fc1,fc2")
    config = peft.LoraConfig(r=4, lora_alpha=4, lora_dropout=0.0, target_modules=["attn.proj", "fc1", "fc2"],
                             modules_to_save=["head"])
    adapted = peft.get_peft_model(model, config)
    named = {}
    for name, parameter in adapted.named_parameters():
        if not parameter.requires_grad:
            continue
        plain = name.replace("base_model.model.", "").replace(".default", "").replace("modules_to_save.", "")
        if ".lora_" in plain:
            module, part = plain.split(".lora_")
            ours = f"{module}.{part[0]}"
            parameter.data.copy_(start[ours].T)
            named[ours] = parameter
        else:
            named[plain] = parameter
    assert len(named) == 3 * 3 * 2 + 2
    close(method_twins.train(adapted, named, images, labels), logits["after"], "logits after")
    assert (logits["after"] - logits["before"]).abs().max() > 1e-2
    for name, value in named.items():
        want = end[name].T if name.endswith((".A", ".B")) else end[name]
        close(value.detach(), want, name, 3e-4)
