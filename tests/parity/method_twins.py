# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Independent, short definitions of the fine-tuning methods on timm's VisionTransformer.

twin(model, method, options, start) changes the model in place and returns {adapter tensor name: parameter}: what an
optimiser trains, named as in the compact adapter, with the start values of `start`."""
import torch
from torch import nn
from torch.nn import functional


def timm_name(name):
    return name.replace("patch_embed.", "patch_embed.proj.", 1)


def parameter_of(model, name):
    parameters = dict(model.named_parameters())
    return parameters.get(timm_name(name), parameters.get(name.replace(".qkv.", ".qkv.fused.")))


class Qkv(nn.Module):
    """timm's fused qkv with biases q, k and v as parameters of their own."""

    def __init__(self, fused):
        super().__init__()
        self.fused = fused
        self.biases = nn.ParameterList([nn.Parameter(part.clone()) for part in fused.bias.detach().chunk(3)])

    def forward(self, x):
        return functional.linear(x, self.fused.weight, torch.cat(list(self.biases)))


class Changed(nn.Module):
    """A frozen linear with low-rank parts on rows × columns and single weights."""

    def __init__(self, inner, low, masked):
        super().__init__()
        self.inner, self.low, self.masked = inner, low, masked

    def forward(self, x):
        y = self.inner(x)
        for rows, columns, a, b in self.low:
            change = torch.zeros_like(y)
            change[..., columns] = x[..., rows] @ a @ b
            y = y + change
        for inputs, outputs, values in self.masked:
            change = torch.zeros(x.shape[-1], y.shape[-1])
            change[inputs, outputs] = values
            y = y + x @ change
        return y


class PatchChange(nn.Module):
    def __init__(self, inner, masked):
        super().__init__()
        self.inner, self.masked = inner, masked

    def forward(self, x):
        inputs, outputs, values = self.masked
        weight = torch.zeros_like(self.inner.weight).flatten(1).index_put((outputs, inputs), values)
        return functional.conv2d(x, self.inner.weight + weight.view_as(self.inner.weight), self.inner.bias,
                                 stride=self.inner.stride)


class Bottleneck(nn.Module):
    def __init__(self, tensors, activation, scale):
        super().__init__()
        self.t, self.activation, self.scale = tensors, activation, scale

    def forward(self, x):
        inner = functional.linear(x, self.t["down.weight"], self.t["down.bias"])
        inner = {"quick-gelu": lambda v: v * torch.sigmoid(1.702 * v), "gelu": functional.gelu,
                 "relu": functional.relu}[self.activation](inner)
        return self.scale * functional.linear(inner, self.t["up.weight"], self.t["up.bias"])


class OnOutputs(nn.Module):
    """A linear with bottlenecks on parts of its outputs (SPT-Adapter)."""

    def __init__(self, inner, parts):
        super().__init__()
        self.inner, self.parts = inner, parts

    def forward(self, x):
        y = self.inner(x)
        change = torch.zeros_like(y)
        for outputs, bottleneck in self.parts:
            change[..., outputs] = bottleneck(y[..., outputs])
        return y + change


class Residual(nn.Module):
    def __init__(self, module, bottleneck, parallel):
        super().__init__()
        self.module, self.bottleneck, self.parallel = module, bottleneck, parallel

    def forward(self, x, **others):
        y = self.module(x, **others)
        return y + self.bottleneck(x if self.parallel else y)


class Prompted(nn.Module):
    """A block before which tokens come in after the class token, in place of `replaces` of them."""

    def __init__(self, block, prompts, replaces):
        super().__init__()
        self.block, self.prompts, self.replaces = block, prompts, replaces

    def forward(self, x, **others):
        own = self.prompts.expand(len(x), -1, -1)
        return self.block(torch.cat([x[:, :1], own, x[:, 1 + self.replaces:]], 1), **others)


class Appended(nn.Module):
    """A block before which tokens come in at the end, in place of the last `replaces` of them."""

    def __init__(self, block, prompts, replaces):
        super().__init__()
        self.block, self.prompts, self.replaces = block, prompts, replaces

    def forward(self, x, **others):
        return self.block(torch.cat([x[:, :x.shape[1] - self.replaces], self.prompts.expand(len(x), -1, -1)], 1), **others)


def whole(model, names, start):
    """Parameters of the model itself; q, k and v biases need Qkv in place of the fused one."""
    named = {}
    for name in names:
        parts = name.split(".")
        if ".attn." in name and parts[-2] in "qkv" and parts[-1] == "bias":
            attention = model.blocks[int(parts[1])].attn
            if not isinstance(attention.qkv, Qkv):
                attention.qkv = Qkv(attention.qkv)
            named[name] = attention.qkv.biases["qkv".index(parts[-2])]
        else:
            named[name] = parameter_of(model, name)
    for name, parameter in named.items():
        assert torch.equal(parameter.detach().flatten(), start[name].flatten()), name
    return named


def products(model, start, dim):
    named, low, masked = {}, {}, {}

    def place(name):
        if name == "patch_embed":
            return ("patch", 0)
        _, block, module, kind = name.split(".")
        return ((int(block), module, "qkv"), "qkv".index(kind) * dim) if kind in "qkv" else ((int(block), module, kind), 0)

    for key in [name for name in start if name.endswith(".rows")]:
        name = key[:-5]
        where, offset = place(name)
        a, b = nn.Parameter(start[name + ".A"].clone()), nn.Parameter(start[name + ".B"].clone())
        named[name + ".A"], named[name + ".B"] = a, b
        low.setdefault(where, []).append((start[key].long(), start[name + ".columns"].long() + offset, a, b))
    for key in [name for name in start if name.endswith(".indices")]:
        name = key[:-8]
        where, offset = place(name)
        width = model.patch_embed.proj.weight[0].numel() if where == "patch" else \
            dim if where[2] != "fc2" else model.blocks[0].mlp.fc2.in_features
        flat = start[key].long()
        values = nn.Parameter(start[name + ".values"].clone())
        named[name + ".values"] = values
        masked.setdefault(where, []).append((flat % width, flat // width + offset, values))
    if "patch" in masked:
        model.patch_embed.proj = PatchChange(model.patch_embed.proj, masked.pop("patch")[0])
    for where in set(low) | set(masked):
        block, module, kind = where
        parent = getattr(model.blocks[block], module)
        setattr(parent, kind, Changed(getattr(parent, kind), low.get(where, []), masked.get(where, [])))
    return named


def own(start, part):
    return {name: nn.Parameter(value.clone()) for name, value in start.items() if part in name}


def twin(model, method, options, start):
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    head = {"head.weight": model.head.weight, "head.bias": model.head.bias}
    dim = model.embed_dim
    if method in ("full", "partial", "linear", "bias"):
        return whole(model, list(start), start)
    if method in ("lora", "cdra", "gps", "spt-lora", "spt-adapter"):
        vectors = [name for name, value in start.items() if name.count(".") <= 4 and not name.startswith("head.") and
                   ".adapter." not in name and name.rsplit(".", 1)[-1] not in ("rows", "columns", "A", "B", "indices", "values")]
        named = whole(model, vectors, start)
        named.update(products(model, start, dim))
        bottlenecks = own(start, ".adapter.")
        parts = {}
        for name in sorted({key.split(".adapter.")[0] for key in bottlenecks}):
            _, block, module, kind = name.split(".")
            tensors = {key.split(".adapter.")[1]: value for key, value in bottlenecks.items() if key.startswith(name + ".")}
            size = len(tensors["up.bias"])
            begin = "qkv".index(kind) * dim if kind in "qkv" else 0
            parts.setdefault((int(block), module, "qkv" if kind in "qkv" else kind), []).append(
                (torch.arange(begin, begin + size), Bottleneck(tensors, "gelu", 1.0)))
        for (block, module, kind), adapters in parts.items():
            parent = getattr(model.blocks[block], module)
            setattr(parent, kind, OnOutputs(getattr(parent, kind), adapters))
        return {**named, **bottlenecks, **head}
    if method.startswith("vpt-"):
        named = own(start, ".prompts")
        for index in range(len(named)):
            prompts = named[f"blocks.{index}.prompts"]
            model.blocks[index] = Prompted(model.blocks[index], prompts, len(prompts) if index else 0)
        return {**named, **head}
    if method == "adapter":
        named = own(start, ".adapter.")
        parallel = options.get("placement") == "parallel"
        for index, block in enumerate(model.blocks):
            for module in ("attn", "mlp"):
                prefix = f"blocks.{index}.{module}.adapter."
                tensors = {name[len(prefix):]: value for name, value in named.items() if name.startswith(prefix)}
                if tensors:
                    bottleneck = Bottleneck(tensors, options.get("activation", "quick-gelu"),
                                            float(options.get("branch-scale", 1)))
                    setattr(block, module, Residual(getattr(block, module), bottleneck, parallel))
        return {**named, **head}
    if method == "noah":
        named = own(start, "blocks.")
        held = 0
        for index in range(len(model.blocks)):
            prefix = f"blocks.{index}."
            block = model.blocks[index]
            a, b = (named.get(prefix + "attn.qkv.lora." + word) for word in "ab")
            if a is not None:
                every = torch.arange(dim), torch.arange(3 * dim)
                block.attn.qkv = Changed(block.attn.qkv, [(*every, a.T, b.T)], [])
            tensors = {name[len(prefix + "mlp.adapter."):]: value for name, value in named.items()
                       if name.startswith(prefix + "mlp.adapter.")}
            if tensors:
                block.mlp = Residual(block.mlp, Bottleneck(tensors, "quick-gelu", 1.0), False)
            prompts = named.get(prefix + "prompts")
            if prompts is not None:
                model.blocks[index] = Appended(block, prompts, held)
                held = len(prompts)
        return {**named, **head}
    if method == "mlp3":
        named, layers = {}, []
        for index in range(int(options.get("hidden-layers", 2))):
            linear, norm = nn.Linear(dim, dim), nn.BatchNorm1d(dim)
            for module, word in ((linear, "linear"), (norm, "norm")):
                for name, value in list(module.named_parameters()) + [(n, b) for n, b in module.named_buffers() if "num" not in n]:
                    value.data.copy_(start[f"head_mlp.{index}.{word}.{name}"])
                    named[f"head_mlp.{index}.{word}.{name}"] = value
            layers += [linear, nn.ReLU(), norm]
        model.head = nn.Sequential(*layers, model.head)
        return {**named, **head}
    raise ValueError(method)


def decays(name, value):
    """Weight decay: matrices, prompts, A and B; no vector, token, position or single weight."""
    return (name.endswith(".weight") and value.dim() >= 2) or name.endswith((".A", ".B", ".prompts", ".lora.a", ".lora.b"))


def train(model, named, images, labels):
    trained = {name: value for name, value in named.items() if isinstance(value, nn.Parameter)}
    groups = [{"params": [v for n, v in trained.items() if decays(n, v) is wanted], "weight_decay": decay}
              for wanted, decay in ((True, 0.05), (False, 0.0))]
    optimizer = torch.optim.AdamW([group for group in groups if group["params"]], lr=1e-3)
    for _ in range(5):
        model.train()
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        return model(images)
