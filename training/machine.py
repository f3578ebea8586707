"""Where and how long a stage computes: the one owner of the device, seeds, schedules, speed."""

import contextlib, math, os, time

import numpy as np
import torch
import torch.distributed as dist


def cpu_has_bf16():
    """Whether this processor, as far as PyTorch and oneDNN may use it, has bf16 arithmetic (amx_bf16, avx512_bf16)."""
    limit = os.environ.get("ONEDNN_MAX_CPU_ISA", "DEFAULT").upper()
    bf16_names = ("AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX10")
    if not (limit in ("ALL", "DEFAULT") or "AMX" in limit or limit.startswith(bf16_names)):
        return False
    if torch.backends.cpu.get_cpu_capability() in ("DEFAULT", "AVX2"):
        return False
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # an old PyTorch does not say
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


class Machine:
    """One GPU of several under torchrun, one GPU, or the CPU. Nothing else in this folder moves a tensor to a device:
    models, data and checkpoints go through put(), and what is drawn or computed afterwards is made where its inputs
    are.
    """

    def __init__(self, threads=None, device=None):
        self.rank, self.world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        gpu = device is None and torch.cuda.is_available()
        self.device = torch.device(device or (f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if gpu else "cpu"))
        self.gpu = self.device.type != "cpu"
        if gpu:
            torch.cuda.set_device(self.device)
            torch.set_float32_matmul_precision("high")
            torch.backends.cudnn.benchmark = True  # convolutions have few shapes, each many times
        elif threads:
            torch.set_num_threads(threads)
        if self.world > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if gpu else "gloo")
        self.main = self.rank == 0  # the process that writes files
        self.bf16 = gpu or (not self.gpu and cpu_has_bf16())

    def put(self, thing):
        """A tensor, an array, a module, or a dict or list of them, on the device. None stays None."""
        if isinstance(thing, dict):
            return {k: self.put(v) for k, v in thing.items()}
        if isinstance(thing, (list, tuple)):
            return [self.put(v) for v in thing]
        if isinstance(thing, np.ndarray):
            thing = torch.from_numpy(np.array(thing))  # a copy: a memory map is not to be written through
        return thing.to(self.device) if isinstance(thing, (torch.Tensor, torch.nn.Module)) else thing

    def autocast(self, enabled=True):
        """bf16 where the hardware multiplies in it, f32 elsewhere: emulated it is minutes slower and no more exact."""
        return torch.autocast(self.device.type, torch.bfloat16) if enabled and self.bf16 else contextlib.nullcontext()

    def seed(self, seed, step):
        """Every step draws from a generator of its own, so a resumed run repeats the run that was killed."""
        torch.manual_seed((seed * 1_000_003 + step) * 64 + self.rank)

    def average_gradients(self, parameters):
        """The mean of every gradient over the processes; what DistributedDataParallel does, without its wrapper."""
        if self.world > 1:
            for parameter in parameters:
                if parameter.grad is not None:
                    dist.all_reduce(parameter.grad)
                    parameter.grad /= self.world


def learning_rate(progress, peak, step, warmup=50, floor=0.02):
    """Half a cosine over progress 0..1 down to floor*peak, under a linear warm-up of the first steps."""
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1, progress)))) * min(1, (step + 1) / warmup)


class Clock:
    """How far a stage is: by steps, or by minutes of training time where they are given. seconds survives a kill."""

    def __init__(self, steps, minutes=None, step=0, seconds=0.0):
        self.steps, self.minutes, self.step = steps, minutes, step
        self.first, self.before, self.began = step, seconds, time.time()

    @property
    def seconds(self):
        return self.before + time.time() - self.began

    @property
    def progress(self):
        return self.seconds / 60 / self.minutes if self.minutes else self.step / max(1, self.steps)

    @property
    def over(self):
        return self.progress >= 1 if self.minutes else self.step >= self.steps

    def speed(self, batch):
        """Pictures a second since the run, or its resumption, began."""
        return (self.step - self.first) * batch / max(1e-9, time.time() - self.began)
