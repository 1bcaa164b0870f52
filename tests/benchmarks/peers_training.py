# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""The peers of engine_benchmark, on the model and images that it leaves in DIR."""
import copy
import re

from peers import clock, close

LINEARS = re.compile(r"blocks\.\d+\.(attn\.(qkv|proj)|mlp\.(fc1|fc2))$")


def inputs(options):
    import safetensors.torch
    size = int(options.workload.rsplit("-", 1)[1])
    stored = safetensors.torch.load_file(options.dir / f"inputs-{size}.safetensors")
    return size, stored["images"], stored["labels"].long()


def timm_model(options, size):
    import safetensors.torch
    import timm
    from timm.layers import resample_abs_pos_embed
    state = safetensors.torch.load_file(options.dir / "model.safetensors")
    depth = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    state["pos_embed"] = resample_abs_pos_embed(state["pos_embed"], [size // 16] * 2, num_prefix_tokens=1)
    model = timm.create_model("vit_base_patch16_224", pretrained=False, img_size=size, depth=depth, num_classes=state["head.weight"].shape[0])
    model.load_state_dict(state)
    return model.eval()


class Sensitivity:
    """Mean over samples of the squared gradient of every weight of the candidate matrices."""
    needs = {"backpack": ["backpack", "opt_einsum", "timm"], "vmap": ["timm"], "hooks": ["timm"]}

    def __init__(self, options):
        self.size, self.images, self.labels = inputs(options)
        self.options, self.model, self.extended, self.first = options, timm_model(options, self.size), None, set()
        self.batch = 8 if self.size > 100 else 32
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)
        self.linears = {name: module for name, module in self.model.named_modules() if LINEARS.match(name)}
        for module in self.linears.values():
            module.requires_grad_(True)

    def batches(self, size):
        for at in range(0, len(self.images), size):
            yield self.images[at:at + size], self.labels[at:at + size]

    def loss(self, images, labels, model=None):
        from torch.nn.functional import cross_entropy
        return cross_entropy((model or self.model)(images), labels, reduction="sum")

    def zeros(self):
        import torch
        return {name: torch.zeros_like(module.weight, requires_grad=False) for name, module in self.linears.items()}

    def backpack(self):
        import torch
        from backpack import backpack, extend
        from backpack.extensions import SumGradSquared
        if self.extended is None:  # a model of its own: what BackPACK adds to modules stays
            self.extended = copy.deepcopy(self.model)
            for name in self.linears:
                extend(self.extended.get_submodule(name))
        total = self.zeros()
        for images, labels in self.batches(self.batch):
            loss = self.loss(images, labels, self.extended)
            with backpack(SumGradSquared()):
                loss.backward()
            with torch.no_grad():
                for name in total:
                    module = self.extended.get_submodule(name)
                    total[name] += module.weight.sum_grad_squared
                    del module.weight.sum_grad_squared, module.bias.sum_grad_squared
        self.extended.zero_grad(set_to_none=True)
        return total

    def vmap(self):
        import torch
        from torch.func import functional_call, grad, vmap
        trained = {name: p.detach() for name, p in self.model.named_parameters() if p.requires_grad}
        fixed = {name: p.detach() for name, p in self.model.named_parameters() if not p.requires_grad}

        def loss(parameters, image, label):
            logits = functional_call(self.model, (parameters, fixed), (image.unsqueeze(0),))
            return torch.nn.functional.cross_entropy(logits, label.unsqueeze(0))

        gradients, total = vmap(grad(loss), in_dims=(None, 0, 0)), self.zeros()
        for images, labels in self.batches(8):  # a copy of all gradients for each sample
            made = gradients(trained, images, labels)
            for name in total:
                total[name] += made[name + ".weight"].square_().sum(0)
        return total

    def hooks(self):
        import torch
        total, kept, handles = self.zeros(), {}, []
        for name, module in self.linears.items():
            buffer = torch.empty_like(module.weight, requires_grad=False)

            def before(module, args, name=name):
                kept[name] = args[0].detach()

            def after(module, grad_in, grad_out, name=name, buffer=buffer):
                for sample, upstream in zip(kept.pop(name), grad_out[0]):
                    torch.mm(upstream.t(), sample, out=buffer)
                    total[name].addcmul_(buffer, buffer)

            handles += [module.register_forward_pre_hook(before), module.register_full_backward_hook(after)]
        # The plain gradient of the weights is not wanted: only what flows through is.
        for module in self.linears.values():
            module.requires_grad_(False)
        self.model.pos_embed.requires_grad_(True)
        for images, labels in self.batches(self.batch):
            self.loss(images, labels).backward()
        self.model.pos_embed.requires_grad_(False)
        self.model.pos_embed.grad = None
        for handle in handles:
            handle.remove()
        for module in self.linears.values():
            module.requires_grad_(True)
        return total

    def run(self, variant):
        seconds, total = clock(getattr(self, variant))
        line = {"seconds": seconds}
        if variant not in self.first:
            self.first.add(variant)
            line.update(self.compare(total))
        return line

    def compare(self, total):
        import safetensors.torch
        ours = safetensors.torch.load_file(self.options.dir / f"sensitivity-{self.size}.safetensors")
        worst = {"agree": True, "difference": 0.0}
        for name, values in total.items():
            parts = {name: values} if not name.endswith("qkv") else dict(zip((name[:-3] + "q", name[:-3] + "k", name[:-3] + "v"), values.chunk(3)))
            for part, value in parts.items():
                found = close(ours[part].numpy(), (value / len(self.images)).numpy(), 2e-3)
                if not found["agree"] or found["difference"] > worst["difference"]:
                    worst = found
                if not found["agree"]:
                    return worst | {"difference": f"{part}: {found['difference']}"}
        return worst


class Step:
    """A step of peft's LoRA, r = 8, on every candidate matrix, with the head trained and AdamW."""
    needs = {"peft": ["peft", "timm"]}

    def __init__(self, options):
        import torch
        from peft import LoraConfig, get_peft_model
        size, self.images, self.labels = inputs(options)
        config = LoraConfig(r=8, lora_alpha=8, lora_dropout=0.0, target_modules=r"blocks\.\d+\.(attn\.(qkv|proj)|mlp\.(fc1|fc2))", modules_to_save=["head"])
        self.model = get_peft_model(timm_model(options, size), config).train()
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trained, lr=1e-3)
        self.memory = None

    def step(self):
        from torch.nn.functional import cross_entropy
        self.optimizer.zero_grad(set_to_none=True)
        loss = cross_entropy(self.model(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def measure(self):
        """Bytes of activations that the backward pass keeps, and the most that all tensors take at once."""
        import torch
        from torch.nn.functional import cross_entropy
        parameters = {p.untyped_storage().data_ptr() for p in self.model.parameters()} | {self.images.untyped_storage().data_ptr()}
        kept = {}

        def pack(tensor):
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in parameters:
                kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            loss = cross_entropy(self.model(self.images), self.labels)
        saved = sum(kept.values())
        del loss
        self.optimizer.zero_grad(set_to_none=True)
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
            self.step()
        now = most = 0
        events = [event for event in profile.profiler.kineto_results.events() if event.name() == "[memory]"]
        for event in sorted(events, key=lambda event: event.start_ns()):
            now += event.nbytes()
            most = max(most, now)
        resident = sum(p.numel() * p.element_size() for p in self.model.parameters()) + 2 * sum(p.numel() * p.element_size() for p in self.trained)
        return {"bytes": saved, "peak_bytes": resident + most}

    def run(self, variant):
        seconds, loss = clock(self.step)
        if self.memory is None:
            self.memory = self.measure()
        return {"seconds": seconds, "loss": loss, **self.memory}


class Inference:
    needs = {"timm": ["timm"], "onnxruntime": ["onnxruntime", "onnx", "timm"]}

    def __init__(self, options):
        self.options = options
        self.size, self.images, _ = inputs(options)
        self.model, self.session, self.first = timm_model(options, self.size), None, True

    def timm(self):
        import torch
        with torch.inference_mode():
            return self.model(self.images).numpy()

    def onnxruntime(self):
        return self.session.run(None, {"images": self.images.numpy()})[0]

    def export(self):
        import onnxruntime
        import torch
        path = self.options.dir / "model.onnx"
        from timm.layers import set_exportable
        with set_exportable(True):
            torch.onnx.export(self.model, (self.images,), str(path), input_names=["images"], dynamo=False)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = self.options.threads
        self.session = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])

    def run(self, variant):
        if variant == "onnxruntime" and self.session is None:
            self.export()
        seconds, logits = clock(getattr(self, variant))
        return {"seconds": seconds, "checksum": float(abs(logits).sum())}
