"""What the models of one session may see: the user's choice, the model that answers, and what is configured."""

from __future__ import annotations

from collections.abc import Sequence

from .engine.base import ModelChoice
from .engine.masking import NameMask
from .privacy import Choice, Privacy, allows
from .protocol import ColumnNames, CopilotError, ErrorCode, PrivacyLevel, PrivacyRule
from .services import Services
from .store.base import SessionRow


class SessionPrivacy:
    """``row`` is the session as the store has it; what is chosen later comes through ``choose``."""

    def __init__(self, row: SessionRow, services: Services) -> None:
        self._services = services
        self._choice = Choice.read(row.privacy, row.privacy_rules)
        self._salt = f"{row.session_id}:{row.epoch}".encode()
        self._mask: NameMask | None = None

    @property
    def rules(self) -> tuple[PrivacyRule, ...]:
        return self._choice.rules

    def in_force(self, agent: str, session_model: str | None) -> Privacy | None:
        """Where ``agent`` answers; None where no model can be had."""
        try:
            providers = self._providers(agent, session_model)
        except CopilotError:
            return None
        return self._services.privacy.in_force(self._choice, sorted(providers))

    def of_turn(self, agent: str, session_model: str | None) -> Privacy:
        """As ``in_force``; where no model can be had, as for one that runs elsewhere."""
        return self.in_force(agent, session_model) or self._services.privacy.in_force(self._choice, ["unknown"])

    def mask(self, agent: str, session_model: str | None) -> NameMask | None:
        """What makes up names for the model, where they are masked: one for the session's whole life."""
        if self.of_turn(agent, session_model).names == "clear":
            return None
        if self._mask is None:
            self._mask = NameMask(self._salt)
        return self._mask

    def choose(
        self, level: PrivacyLevel | None, names: ColumnNames | None, rules: Sequence[PrivacyRule] | None
    ) -> dict[str, str | bool | None]:
        """Take what the user chose; None leaves something as it is. Returns the columns for the store.

        Raises CopilotError for what an administrator does not allow.
        """
        ceiling = self._services.privacy.ceiling
        if level is not None and not allows(ceiling, level):
            raise CopilotError(
                ErrorCode.DENIED,
                f"The level {level!r} is above {ceiling!r}, the highest that this server's administrator allows.",
                f"Choose {ceiling!r} or a lower one.",
            )
        if names == "clear" and self._services.privacy.names == "masked":
            raise CopilotError(
                ErrorCode.DENIED, "This server's administrator has names masked.", "Leave names as they are."
            )
        before = self._choice
        self._choice = Choice(
            level or before.level, names or before.names, tuple(rules) if rules is not None else before.rules
        )
        return {"privacy": self._choice.level, "privacy_rules": self._choice.to_json()}

    def _providers(self, agent: str, session_model: str | None) -> set[str]:
        """Who may come to read what ``agent`` reads: its own provider, and those of its delegates."""
        model = self._model(agent, session_model)
        if model.provider == "offline":  # its delegates are offline too
            return {model.provider}
        delegates = self._services.agents.get(agent).delegates
        return {model.provider} | {self._model(name, session_model).provider for name in delegates}

    def _model(self, agent: str, session_model: str | None) -> ModelChoice:
        spec = self._services.agents.get(agent)
        return self._services.resolve_model(session_model if spec.model == "inherit" else spec.model)
