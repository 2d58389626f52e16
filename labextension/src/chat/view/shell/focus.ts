/** How a part of the frame hands the focus to the composer, with the caret at the end of the draft. */
import { createContext } from "preact";

export const FocusContext = createContext<() => void>(() => undefined);
