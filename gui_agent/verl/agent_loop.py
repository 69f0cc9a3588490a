"""verl's agent loop `device`: one episode on a leased device, with the verdict of the task's evaluator as its reward.

A YAML file that `actor_rollout_ref.rollout.agent.agent_loop_config_path` names puts it to work:

    - name: device
      _target_: gui_agent.verl.agent_loop.DeviceAgentLoop
      farm: farm.example:7070
      suite: basics
      dialect: mobile_use

A row of the data has `agent_name` device and, in `extra_info.task`, a task as `device_farm.types.codec.json` writes it.
An episode without a verdict (a device that broke, a time-out, a policy that failed) has no token to train on: its mask
is 0 throughout, and the advantages leave it out.
"""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

from device_farm.errors import ConfigError, DataError, PolicyError, PrerequisiteError
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.json import loads
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, Scored
from gui_agent.benchmarks.registry import load_suite
from gui_agent.composition import opened_farm
from gui_agent.config import FarmConfig
from gui_agent.models.prompt import ImagePart
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.farm import FarmSource
from gui_agent.runner.queue import Assignment
from gui_agent.verl.dialogue import DialoguePolicy

try:
    from verl.experimental.agent_loop.agent_loop import AgentLoopBase, AgentLoopOutput, register
except ImportError as error:
    fix = "pip install 'gui-agent-farm[verl]'"
    raise PrerequisiteError(f"verl cannot be imported: {error}", field="verl", fix=fix) from error

NAME = "device"


class VerlDialogue:
    """The tokens of one rollout as verl's server has sampled them, none of them tokenised twice."""

    def __init__(self, loop: AgentLoopBase, sampling: dict[str, Any]) -> None:
        self._loop, self._sampling = loop, sampling
        self._request = uuid4().hex
        self._messages: list[dict[str, Any]] = []
        self.images: list[Any] = []
        self.ids: list[int] = []
        self.mask: list[int] = []
        self.logprobs: list[float] = []
        self.turns = 0

    async def say(self, system: str, text: str, screen: ImagePart | None) -> str:
        await self._shown(system, _content(text, screen, self.images))
        room = int(self._loop.rollout_config.response_length) - len(self.mask)
        if room <= 0:
            raise PolicyError(f"the response of {len(self.mask)} tokens is full", field="rollout.response_length")
        reply = await self._loop.server_manager.generate(
            request_id=self._request,
            prompt_ids=self.ids,
            sampling_params=dict(self._sampling),
            image_data=self.images or None,
        )
        merged, self.mask, logprobs = await self._loop.ct_merge_assistant_token(
            self.ids, reply.token_ids, self.mask, self.logprobs, assistant_logprobs=reply.log_probs
        )
        self.ids, self.logprobs = list(merged.token_ids), list(logprobs or ())
        self.turns += 1
        said = str(self._loop.tokenizer.decode(reply.token_ids, skip_special_tokens=True))
        self._messages = [*self._messages, {"role": "assistant", "content": said}]
        return said

    async def _shown(self, system: str, content: Any) -> None:
        """What the model is to read next. Its own last reply stands as it was sampled."""
        before = self._messages
        if not before:
            self._messages = [{"role": "system", "content": system}, {"role": "user", "content": content}]
            self.ids = list(await self._loop.ct_build_initial_tokens(self._messages, images=self.images or None))
            return
        self._messages = [*before, {"role": "user", "content": content}]
        merged, self.mask, logprobs = await self._loop.ct_merge_context_msg(
            before, self._messages, self.ids, self.mask, self.logprobs
        )
        self.ids, self.logprobs = list(merged.token_ids), list(logprobs or ())


def _content(text: str, screen: ImagePart | None, images: list[Any]) -> Any:
    if screen is None:
        return text or "Go on."
    from PIL import Image

    images.append(Image.open(io.BytesIO(screen.data)))
    return [{"type": "image", "image": images[-1]}, *([{"type": "text", "text": text}] if text else [])]


@register(NAME)
class DeviceAgentLoop(AgentLoopBase):  # type: ignore[misc]
    """`farm` is the address of a running farm; credentials as in a run's config."""

    def __init__(
        self,
        *args: Any,
        farm: str = "",
        suite: str = "basics",
        dialect: str = "mobile_use",
        credential_env: str = "",
        ca_file: str = "",
        max_pixels: int = 1_003_520,
        screens: bool = True,
        **kwargs: Any,
    ) -> None:
        """Raises ConfigError for a suite or dialect that there is not, or a missing address."""
        super().__init__(*args, **kwargs)
        if not farm:
            raise ConfigError("no farm to lease devices from", field="farm", fix="write farm: HOST:PORT")
        self._farm = FarmConfig(address=farm, credential_env=credential_env, ca_file=ca_file)
        self._suite, self._dialect = load_suite(suite), dialect_by_name(dialect)
        self._max_pixels, self._screens = max_pixels, screens

    async def run(self, sampling_params: dict[str, Any], **kwargs: Any) -> AgentLoopOutput:
        """Raises DataError for a row without a task, and as the farm does where it gives no device."""
        task = row_task(kwargs.get("extra_info"))
        dialogue = VerlDialogue(self, sampling_params)
        policy = DialoguePolicy(dialogue, self._dialect, max_pixels=self._max_pixels, screens=self._screens)
        runner = EpisodeRunner(policy, lambda one: self._suite.template(one.template))
        async with (
            opened_farm(self._farm, ()) as client,
            FarmSource(client, owner="verl") as source,
            source.lease(task.platform) as device,
        ):
            episode = await runner.run(device, Assignment(task=task))
        return self._output(dialogue, episode)

    def _output(self, dialogue: VerlDialogue, episode: Episode) -> AgentLoopOutput:
        limit = int(self.rollout_config.response_length)
        outcome = episode.outcome
        scored = isinstance(outcome, Scored) and bool(dialogue.mask)
        # Behind the last reply there may be a screen that was never answered.
        mask = dialogue.mask[:limit] or [0]
        prompt = dialogue.ids[: len(dialogue.ids) - len(dialogue.mask)]
        end = [int(self.tokenizer.eos_token_id or 0)]
        return AgentLoopOutput(
            prompt_ids=prompt or end,
            response_ids=dialogue.ids[len(prompt) :][:limit] or end,
            response_mask=mask if scored else [0] * len(mask),
            response_logprobs=dialogue.logprobs[:limit] or [0.0],
            multi_modal_data={"images": dialogue.images} if dialogue.images else {},
            reward_score=outcome.reward if isinstance(outcome, Scored) else 0.0,
            num_turns=2 * dialogue.turns,
            metrics={},
            extra_fields={
                "turn_scores": [],
                "tool_rewards": [],
                "reward_extra_info": {"outcome": outcome.kind},
            },
        )


def row_task(extra_info: Any) -> Task:
    """Raises DataError where a row of the data holds no task."""
    text = extra_info.get("task") if hasattr(extra_info, "get") else None
    if not isinstance(text, str):
        fix = "write it there with device_farm.types.codec.json.dumps"
        raise DataError("a row of the data holds no task", field="extra_info.task", fix=fix)
    return loads(Task, text)
