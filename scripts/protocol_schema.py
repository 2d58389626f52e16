"""Print the JSON Schema of every v1 frame, for the chat's TypeScript types (``npm run types`` in labextension).

What the server sends is described as it is sent: fields with a default are there. What clients send is described
as it is read: only what has no default must be there. What both send is described as it is read.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from table_copilot_jupyter.protocol import CLIENT_FRAMES, MAX_FRAME_BYTES, SERVER_FRAMES, SUBPROTOCOL, CloseCode


class _Schema(GenerateJsonSchema):
    """Without a title for every field, which would become a type of its own."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def definitions(models: tuple[Any, ...], mode: Literal["validation", "serialization"]) -> dict[str, Any]:
    """The models and what they are made of, by name."""
    _, schema = models_json_schema([(model, mode) for model in models], schema_generator=_Schema)
    found: dict[str, Any] = schema["$defs"]
    for definition in found.values():
        if mode == "serialization" and "properties" in definition:
            definition["required"] = list(definition["properties"])
    return found


def main() -> None:
    server = definitions(SERVER_FRAMES, "serialization")
    client = definitions(CLIENT_FRAMES, "validation")
    frames = {model.__name__ for model in SERVER_FRAMES} & {model.__name__ for model in CLIENT_FRAMES}
    assert not frames, f"two frames share a name: {frames}"
    references = {
        "ServerFrame": [{"$ref": f"#/$defs/{model.__name__}"} for model in SERVER_FRAMES],
        "ClientFrame": [{"$ref": f"#/$defs/{model.__name__}"} for model in CLIENT_FRAMES],
    }
    schema = {
        "title": "Frames",
        "type": "object",
        "properties": {side: {"$ref": f"#/$defs/{side}"} for side in references},
        "required": list(references),
        "additionalProperties": False,
        "$defs": server | client | {side: {"oneOf": frames} for side, frames in references.items()},
        "constants": {
            "SUBPROTOCOL": SUBPROTOCOL,
            "MAX_FRAME_BYTES": MAX_FRAME_BYTES,
            **{f"CLOSE_{code.name}": int(code) for code in CloseCode},
        },
    }
    print(json.dumps(schema, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
