"""Writes rope-frequencies.json: inverse rotary frequencies in double precision, from the formulas of the papers and of
transformers 4.57, independently of the product's code. Run: python3 rope-frequencies.py > rope-frequencies.json"""

import json
import math


def plain(theta, dim):
    return [theta ** (-2 * i / dim) for i in range(dim // 2)]


def linear(theta, dim, factor):
    return [f / factor for f in plain(theta, dim)]


def dynamic(theta, dim, factor, trained, length):
    ratio = max(length, trained) / trained
    return plain(theta * (factor * ratio - (factor - 1)) ** (dim / (dim - 2)), dim)


def llama3(theta, dim, factor, low, high, original):
    result = []
    for f in plain(theta, dim):
        turns = original * f / (2 * math.pi)
        blend = min(1.0, max(0.0, (turns - low) / (high - low)))
        result.append((1 - blend) * f / factor + blend * f)
    return result


def yarn(theta, dim, factor, original, fast=32, slow=1, truncate=True):
    def dimension(turns):
        return dim / 2 * math.log(original / (2 * math.pi * turns), theta)

    start, end = dimension(fast), dimension(slow)
    if truncate:
        start, end = math.floor(start), math.ceil(end)
    start, end = max(start, 0), min(end, dim - 1)
    if start == end:
        end += 0.001
    result = []
    for i, f in enumerate(plain(theta, dim)):
        divided = min(1.0, max(0.0, (i - start) / (end - start)))
        result.append(divided * f / factor + (1 - divided) * f)
    return result


def case(name, scaling, frequencies, theta, dim, context, length=1, attention=1.0):
    return {"name": name, "rope_theta": theta, "head_dim": dim, "max_position_embeddings": context, "length": length,
            "rope_scaling": scaling, "attention_factor": attention, "inverse_frequencies": frequencies}


def m(factor, scale=1.0):
    return 0.1 * scale * math.log(factor) + 1


L3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
Y = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}
print(json.dumps([
    case("none", None, plain(1e4, 128), 1e4, 128, 4096),
    case("default", {"rope_type": "default"}, plain(1e6, 24), 1e6, 24, 4096),
    case("linear", {"type": "linear", "factor": 4.0}, linear(1e4, 64, 4), 1e4, 64, 2048),
    case("linear, new spelling", {"rope_type": "linear", "factor": 2.5}, linear(5e5, 128, 2.5), 5e5, 128, 2048),
    case("dynamic, short", {"type": "dynamic", "factor": 2.0}, dynamic(1e4, 64, 2, 2048, 100), 1e4, 64, 2048, 100),
    case("dynamic, at the trained length", {"type": "dynamic", "factor": 2.0}, dynamic(1e4, 64, 2, 2048, 2048), 1e4, 64, 2048, 2048),
    case("dynamic, one longer", {"type": "dynamic", "factor": 2.0}, dynamic(1e4, 64, 2, 2048, 2049), 1e4, 64, 2048, 2049),
    case("dynamic, three times longer", {"rope_type": "dynamic", "factor": 4.0}, dynamic(1e4, 128, 4, 2048, 6144), 1e4, 128, 2048, 6144),
    case("llama3", L3, llama3(5e5, 128, 8, 1, 4, 8192), 5e5, 128, 131072),
    case("llama3, 3.2", {**L3, "factor": 32.0}, llama3(5e5, 64, 32, 1, 4, 8192), 5e5, 64, 131072),
    case("yarn, qwen2.5", Y, yarn(1e6, 128, 4, 32768), 1e6, 128, 32768, attention=m(4)),
    case("yarn, qwen3", {**Y, "rope_type": "yarn"}, yarn(1e6, 128, 4, 32768), 1e6, 128, 40960, attention=m(4)),
    case("yarn, original length absent", {"rope_type": "yarn", "factor": 16.0}, yarn(1e4, 64, 16, 4096), 1e4, 64, 4096, attention=m(16)),
    case("yarn, attention factor", {**Y, "attention_factor": 0.7}, yarn(1e6, 128, 4, 32768), 1e6, 128, 32768, attention=0.7),
    case("yarn, betas", {**Y, "beta_fast": 16.0, "beta_slow": 2.0}, yarn(1e6, 128, 4, 32768, 16, 2), 1e6, 128, 32768, attention=m(4)),
    case("yarn, not truncated", {**Y, "truncate": False}, yarn(1e6, 128, 4, 32768, truncate=False), 1e6, 128, 32768, attention=m(4)),
    case("yarn, mscale", {**Y, "factor": 40.0, "original_max_position_embeddings": 4096, "mscale": 1.0, "mscale_all_dim": 0.707},
         yarn(1e4, 64, 40, 4096), 1e4, 64, 163840, attention=m(40) / m(40, 0.707)),
    case("yarn, mscale without its pair", {**Y, "mscale": 0.5, "mscale_all_dim": 0}, yarn(1e6, 128, 4, 32768), 1e6, 128, 32768, attention=m(4)),
    case("yarn, one dimension wide", {**Y, "original_max_position_embeddings": 8}, yarn(1e6, 8, 4, 8), 1e6, 8, 32, attention=m(4)),
    case("yarn, factor 1", {**Y, "factor": 1.0}, plain(1e6, 128), 1e6, 128, 32768),
], indent=1))
