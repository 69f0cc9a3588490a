"""From a config section to a Learner: a transformers model that trains, and samples from what it trains."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from device_farm.errors import ConfigError, DataError, PolicyError
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Size
from gui_agent.datasets.summaries import summary_by_rule
from gui_agent.datasets.types import ExpertStep
from gui_agent.history.base import PromptBuilder
from gui_agent.history.chat import ChatPromptBuilder
from gui_agent.history.config import history_of
from gui_agent.history.summary import SummaryDialect, summary_of
from gui_agent.models.config import AdapterServersConfig, DType, TransformersModelConfig
from gui_agent.models.encoding import DialogueEncoder
from gui_agent.models.loader import open_ai_endpoint
from gui_agent.models.prompt import ImagePart, Prompt
from gui_agent.models.transformers_attention import use_own_attention
from gui_agent.models.transformers_model import TransformersModel
from gui_agent.models.transformers_parts import TransformersParts, device_of, load_parts
from gui_agent.rl.screens import ResizedScreens, StepScreens, UnreadScreens
from gui_agent.training.config import LoraSection
from gui_agent.training.language.config import TransformersPolicyConfig
from gui_agent.training.language.export import Source, adapter_layers, save_adapters
from gui_agent.training.language.policy import TransformersPolicy
from gui_agent.training.language.prompts import TextPromptBuilder
from gui_agent.training.language.served import AdapterServers
from gui_agent.training.learner import Learner

_FIELDS = {"model.path": "policy.model", "model.device": "policy.device", "model.adapter": "policy.adapter"}
_DTYPES: dict[DType, torch.dtype] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSettings:
    """What other sections of a run's config say about the policy. `reference`: the objective compares with a frozen
    policy. `temperature` is that of the rollouts, `server` who samples them in place of this process.
    """

    lora: LoraSection | None = None
    server: AdapterServersConfig | None = None
    packing: bool = True
    reference: bool = False
    temperature: float = 1.0


def language_learner(config: TransformersPolicyConfig, settings: LanguageSettings | None = None) -> Learner:
    """Loads the model, as it is to be trained.

    With LoRA the reference is the same weights without the adapters, else a frozen copy of all of them.

    Raises:
        ConfigError: a key is wrong; names it.
        PrerequisiteError: peft is missing.
    """
    settings = settings or LanguageSettings()
    dialect = dialect_by_name(config.dialect, field="policy.dialect")
    parts = _loaded(config, full=settings.lora is None)
    check_packable(parts.module, packing=settings.packing)
    dtype = _dtype(config, parts.device)
    source = Source(
        path=config.model,
        dtype=dtype,
        tokenizer=parts.tokenizer,
        min_pixels=config.image_min_pixels or None,
        max_pixels=config.image_max_pixels or None,
    )

    def policy_of(own: TransformersParts) -> TransformersPolicy:
        return TransformersPolicy(
            own,
            source,
            packs=settings.packing,
            temperature=settings.temperature,
            max_context=config.max_context,
        )

    policy = policy_of(parts)
    summarises = config.history.mode == "summary"
    learner = Learner(
        policy=policy,
        model=_served(config, parts),
        builder=_builder(config, parts, dialect_by_name(config.dialect)),
        dialect=SummaryDialect(inner=dialect) if summarises else dialect,
        space=_space(config, parts),
        screens=_screens(config, parts),
        encode=_encode(config, parts),
        summary_of=summary_of if summarises else lambda reply: "",
        summarise=summary_by_rule if summarises else lambda trajectory, index: "",
    )
    if settings.lora is not None:
        reference = _with_adapters(policy, settings.lora, masters=config.master_weights)
        learner = replace(learner, reference=reference)
        return learner if settings.server is None else _sampled_elsewhere(learner, policy, source, settings.server)
    if settings.reference:
        return replace(learner, reference=policy_of(_frozen(parts, dtype)))
    return learner


def _loaded(config: TransformersPolicyConfig, *, full: bool) -> TransformersParts:
    dtype = _dtype(config, _device(config))
    kept = torch.float32 if full and config.master_weights else dtype
    loading = TransformersModelConfig(
        path=config.model,
        adapter=config.adapter,
        device=config.device,
        dtype=next(name for name, each in _DTYPES.items() if each == kept),
    )
    try:
        parts = load_parts(loading)
    except ConfigError as error:
        raise ConfigError(error.message, field=_FIELDS.get(error.field, error.field), fix=error.fix) from error
    if config.attention != "sdpa":
        use_own_attention(parts)
    if config.checkpointing:
        parts.module.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    masters = config.master_weights and dtype != torch.float32
    return replace(parts, encoder=_encoder(config, parts), autocast=dtype if masters else None)


def _device(config: TransformersPolicyConfig) -> torch.device:
    try:
        return device_of(config.device)
    except ConfigError as error:
        raise ConfigError(error.message, field="policy.device", fix=error.fix) from error


def _dtype(config: TransformersPolicyConfig, device: torch.device) -> torch.dtype:
    if config.dtype != "auto":
        return _DTYPES[config.dtype]
    return torch.bfloat16 if device.type == "cuda" else torch.float32


def _encoder(config: TransformersPolicyConfig, parts: TransformersParts) -> DialogueEncoder:
    form = parts.encoder.form
    if form is None:
        return parts.encoder
    smallest = config.image_min_pixels or form.min_pixels
    largest = config.image_max_pixels or form.max_pixels
    if smallest > largest:
        field = "policy.image_max_pixels" if config.image_max_pixels else "policy.image_min_pixels"
        raise ConfigError(f"at least {smallest} and at most {largest} pixels cannot be", field=field)
    return DialogueEncoder(parts.tokenizer, replace(form, min_pixels=smallest, max_pixels=largest))


def check_packable(module: Any, *, packing: bool) -> None:
    """Raises ConfigError for an architecture that is not computed exactly here."""
    text = module.config.get_text_config()
    for name in ("final_logit_softcapping", "logit_scale", "logits_scaling"):
        if getattr(text, name, None) not in (None, 1, 1.0):
            message = f"a {module.config.model_type} scales its logits by {name}, which the trainer does not"
            raise ConfigError(message, field="policy.model", fix="train a model of the Qwen or Llama family")
    kinds = set(getattr(text, "layer_types", None) or ()) - {"full_attention"}
    if packing and kinds:
        message = f"layers of {', '.join(sorted(kinds))} would not see a packed sequence as its steps alone"
        raise ConfigError(message, field="trainer.packing", fix="set it to false")


def _served(config: TransformersPolicyConfig, parts: TransformersParts) -> TransformersModel:
    return TransformersModel(
        lambda: parts,
        name=config.model,
        batch=config.batch,
        window_s=config.window_ms / 1000,
        max_context=config.max_context,
    )


def _builder(config: TransformersPolicyConfig, parts: TransformersParts, dialect: Any) -> PromptBuilder:
    form, encoder = parts.encoder.form, parts.encoder

    def image_tokens(image: ImagePart) -> int:
        if form is None:
            return 0
        size = form.size(image.size)
        return size.width * size.height // (form.patch_px * form.merge) ** 2

    builder = ChatPromptBuilder(
        dialect=dialect,
        history=history_of(
            config.history, image_tokens=form.max_pixels // (form.patch_px * form.merge) ** 2 if form else 0
        ),
        coordinates=config.coordinates,
        count=lambda text: len(encoder.ids_of(text)),
        image_tokens=image_tokens,
    )
    return builder if form else TextPromptBuilder(inner=builder)


def _seen_size(parts: TransformersParts, step: ExpertStep) -> Size:
    form = parts.encoder.form
    return form.size(step.screen.size) if form else step.screen.size


def _space(config: TransformersPolicyConfig, parts: TransformersParts) -> Callable[[ExpertStep], CoordinateSpace]:
    def space(step: ExpertStep) -> CoordinateSpace:
        if config.coordinates == "relative":
            return CoordinateSpace.relative(step.screen.size)
        return CoordinateSpace(native=step.screen.size, model=_seen_size(parts, step))

    return space


def _screens(config: TransformersPolicyConfig, parts: TransformersParts) -> StepScreens:
    if parts.encoder.form is None:
        return UnreadScreens()
    return ResizedScreens(lambda step: _seen_size(parts, step), image_format=config.image_format)


def _encode(config: TransformersPolicyConfig, parts: TransformersParts) -> Callable[[Prompt, str], Sequence[int]]:
    def encode(prompt: Prompt, reply: str) -> Sequence[int]:
        try:
            before = len(parts.encoder.encode(prompt).ids_T)
        except PolicyError as error:
            raise DataError(error.message, field="prompt") from error
        ids = (*parts.encoder.ids_of(reply), parts.tokenizer.eos_token_id)
        bad = next((token for token in ids if token in parts.unsayable), None)
        if bad is not None:
            raise DataError(f"the reply holds the placeholder token {bad}", field="reply")
        if before + len(ids) > config.max_context:
            message = f"a prompt of {before} tokens with {len(ids)} of reply is over {config.max_context}"
            raise DataError(message, field="policy.max_context")
        return ids

    return encode


def _with_adapters(policy: TransformersPolicy, lora: LoraSection, *, masters: bool) -> Any:
    from gui_agent.training.lora import BaseReference, add_adapters

    add_adapters(policy.module, lora)
    for weight in policy.module.parameters():
        if weight.requires_grad and masters:
            weight.data = weight.data.float()
    if policy.parts.module.is_gradient_checkpointing:
        # Without it the first layers' inputs need no gradient, and a recomputed block would have none.
        policy.parts.module.enable_input_require_grads()
    return BaseReference(policy)


def _sampled_elsewhere(
    learner: Learner, policy: TransformersPolicy, source: Source, server: AdapterServersConfig
) -> Learner:
    seeing = next((name for name in adapter_layers(policy.module) if ".visual." in f".{name}"), None)
    if seeing is not None:
        message = f"vLLM serves adapters of the language model alone, and {seeing} has one"
        raise ConfigError(message, field="lora.targets", fix="set it to '.*language_model.*_proj'")
    endpoint = open_ai_endpoint(server, field="server")
    servers = AdapterServers(endpoint, server.adapters, lambda folder: save_adapters(policy.module, source, folder))
    return replace(learner, model=servers, publish=servers.publish)


def _frozen(parts: TransformersParts, dtype: torch.dtype) -> TransformersParts:
    module = copy.deepcopy(parts.module).to(dtype).eval()
    module.requires_grad_(False)
    if module.is_gradient_checkpointing:
        module.gradient_checkpointing_disable()
    return replace(parts, module=module)
