"""What the miniature's story may be told to do otherwise."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from device_farm.config import ConfigModel


class SftConfig(ConfigModel):
    """Imitation of the first `seeds` demonstrations of every template, `samples` steps an update. A share `word_noise`
    of the words is taken for others, so that none is learnt by heart.
    """

    seeds: int = Field(default=2, ge=1)
    updates: int = Field(default=100, ge=1)
    samples: int = Field(default=32, ge=1)
    lr: float = Field(default=3e-3, gt=0)
    word_noise: float = Field(default=0.0, ge=0, lt=1)


class RlConfig(ConfigModel):
    """What offline and semi-online RL share: the same demonstrations, as many updates, as many replies an update.

    `tasks` demonstrations with `group` rollouts each; offline RL takes single steps instead, as many as these have on
    average. `episode` and `omega` weigh the advantages of a whole rollout and of its steps; `epsilon` bounds patches
    (−1: without bound), `patch` is their kind; `history` shows the miniature its own past.
    """

    updates: int = Field(default=60, ge=1)
    tasks: int = Field(default=24, ge=1)
    group: int = Field(default=8, ge=2)
    lr: float = Field(default=1e-3, gt=0)
    gamma: float = Field(default=0.5, ge=0, le=1)
    omega: float = Field(default=1.0, ge=0)
    episode: float = Field(default=1.0, ge=0)
    epsilon: int = Field(default=1, ge=-1)
    patch: Literal["thought_free", "off_policy", "on_policy"] = "thought_free"
    eta: float = Field(default=0.3, ge=0)
    refills: int = Field(default=1, ge=0)
    kl: float = Field(default=1e-4, ge=0)
    entropy: float = Field(default=0.0, ge=0)


class OnlineConfig(ConfigModel):
    """Episodes of the training half on devices; the task's own evaluator gives the reward. 0 updates leave it out.
    `curriculum` success_rate tries most what is solved now and then.
    """

    updates: int = Field(default=16, ge=0)
    tasks: int = Field(default=8, ge=1)
    group: int = Field(default=6, ge=2)
    lr: float = Field(default=5e-4, gt=0)
    curriculum: Literal["none", "success_rate"] = "none"


class MiniatureConfig(ConfigModel):
    """The story. `seeds` demonstrations of every template are collected, `held_out` of the other half's; `episodes`
    live episodes judge every stage, on the same tasks, on `devices` phones. `templates` names some; none stands for
    all. `thoughts` puts the miniature's own words into the demonstrations' past, where experts have none.
    """

    seed: int = Field(default=0, ge=0)
    templates: tuple[str, ...] = ()
    seeds: int = Field(default=10, ge=1)
    held_out: int = Field(default=3, ge=1)
    episodes: int = Field(default=200, ge=1)
    devices: int = Field(default=4, ge=1)
    width: int = Field(default=64, ge=8)
    layers: int = Field(default=2, ge=1)
    history: bool = True
    thoughts: bool = False
    tokens: int = Field(default=24576, ge=1)
    checkpoint_every: int = Field(default=20, ge=1)
    keep: int = Field(default=1, ge=1)
    sft: SftConfig = SftConfig()
    rl: RlConfig = RlConfig()
    online: OnlineConfig = OnlineConfig()


QUICK = {
    "seeds": 2,
    "held_out": 1,
    "episodes": 33,
    "sft": {"updates": 100},
    "rl": {"updates": 4, "tasks": 6, "group": 4},
    "online": {"updates": 1, "tasks": 4, "group": 3},
}
"""A story of two to three minutes that shows that every part works; its figures say little."""
