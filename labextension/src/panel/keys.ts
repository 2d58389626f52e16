/**
 * The panel's own shortcut, inside the panel. The chat keeps Jupyter's shortcuts away from what is typed in it, so the
 * one that brought the user here has to be heard separately to lead back. It is whatever the user has bound.
 */
import { CommandRegistry } from "@lumino/commands";

export function hearShortcut(node: HTMLElement, commands: CommandRegistry, id: string): void {
  const hear = (event: KeyboardEvent): void => {
    const keystroke = CommandRegistry.keystrokeForKeydownEvent(event);
    const bound = commands.keyBindings.some(
      ({ command, keys }) => command === id && keys.length === 1 && keys[0] === keystroke,
    );
    if (!bound || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    void commands.execute(id);
  };
  node.addEventListener("keydown", hear, true); // on its way down: the chat lets no key up
}
