/** The JupyterLab and Notebook 7 plugin: the chat as a side panel, and what it does with notebooks. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, IToolbarWidgetRegistry, Notification } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ServerConnection } from "@jupyterlab/services";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator } from "@jupyterlab/translation";
import { DisposableDelegate, DisposableSet, type IDisposable } from "@lumino/disposable";
import { copyText, storageOrNull } from "../browser/browser";
import { dialWebSocket } from "../chat/connection/websocket";
import { ChatStore } from "../chat/store";
import { addCellButtons, addCommands, COMMANDS, type Commands } from "./commands";
import { Copilot } from "./copilot";
import { hearShortcut } from "./keys";
import { Notebooks } from "./notebooks";
import { CopilotPanel } from "./panel";
import { ReminderNotes } from "./reminders";
import { RANK, rendererFactory } from "./renderer";
import { CopilotServer } from "./server";
import { readSettings } from "./settings";
import { hideSide } from "./side";
import { watchNotebooks } from "./watch";

const ID = "table-copilot-jupyter:plugin";

let active: IDisposable | null = null;

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "A copilot for the tables in your notebooks, in the side panel.",
  autoStart: true,
  optional: [
    ILayoutRestorer,
    ICommandPalette,
    ISettingRegistry,
    INotebookTracker,
    ITranslator,
    IToolbarWidgetRegistry,
    IRenderMimeRegistry,
  ],
  activate,
  deactivate: () => active?.dispose(),
};

export default plugin;

function activate(
  app: JupyterFrontEnd,
  restorer: ILayoutRestorer | null,
  palette: ICommandPalette | null,
  settingRegistry: ISettingRegistry | null,
  tracker: INotebookTracker | null,
  translator: ITranslator | null,
  toolbars: IToolbarWidgetRegistry | null,
  renderers: IRenderMimeRegistry | null,
): void {
  const disposables = new DisposableSet();
  const server = new CopilotServer(ServerConnection.makeSettings());
  const notebooks = new Notebooks(tracker, app.serviceManager);
  let commands: Commands | null = null;

  const copilot: Copilot = new Copilot({
    notebooks,
    language: translator?.languageCode ?? "en",
    storage: storageOrNull(),
    openSettings: () => void app.commands.execute("settingeditor:open", { query: "Table Copilot" }),
    copy: copyText,
    async hasCopilot() {
      await settingsRead;
      return server.hasCopilot();
    },
    ownSession: async (notebook) => {
      await app.serviceManager.sessions.ready; // which kernel a notebook has, is known before it is connected
      return server.notebookSession(notebooks.path(notebook), notebooks.kernelId(notebook));
    },
    connect: (sessionId, kernelId, onSession) =>
      new ChatStore(dialWebSocket(server.socketUrl, server.token), {
        surface: "panel",
        sessionId,
        kernelId,
        storage: storageOrNull(),
        language: () => copilot.language,
        onSession,
        onReminder: (reminder) => {
          if (copilot.notifiesReminders) notes.show(reminder, copilot.words);
        },
      }),
    display: (content, words) => panel.display(content, words),
    bringToFront: (notebook) => app.shell.activateById(notebook.id),
    warn: (message) => void Notification.warning(message, { autoClose: 5000 }),
    reviewReminders: (entries) => notes.review(entries),
    changed: () => commands?.changed(),
  });

  const settingsRead = settingRegistry?.load(ID).then(
    (settings) => {
      const apply = (): void => copilot.apply(readSettings(settings.composite));
      settings.changed.connect(apply);
      disposables.add(new DisposableDelegate(() => settings.changed.disconnect(apply)));
      apply();
    },
    (reason: unknown) => console.error("Table Copilot goes on with its default settings:", reason),
  );
  const show = (): void => {
    app.shell.activateById(panel.id);
    // The palette gives the focus back to the notebook when its command has run; the user has asked for the panel.
    setTimeout(() => panel.isVisible && panel.focus());
  };
  const notes = new ReminderNotes({
    remind: (...change) => copilot.remind(...change),
    openSession: (sessionId) => {
      show();
      void copilot.showSession(sessionId);
    },
  });

  const panel = new CopilotPanel(copilot.words);
  panel.visibleChanged.connect((_, visible) => {
    commands?.changed(COMMANDS.open);
    if (visible) void copilot.start();
  });
  hearShortcut(panel.node, app.commands, COMMANDS.open);
  app.shell.add(panel, "right", { rank: 900, type: "Table Copilot" });
  restorer?.add(panel, panel.id);

  commands = addCommands(app, palette, notebooks, {
    get words() {
      return copilot.words;
    },
    get panelVisible() {
      return panel.isVisible;
    },
    get running() {
      return copilot.running;
    },
    open(toggle) {
      const focused = panel.node.contains(document.activeElement);
      if (!panel.isVisible || !(toggle || focused)) {
        show();
        return;
      }
      hideSide(app.shell, panel);
      if (focused && app.shell.currentWidget !== panel) app.shell.currentWidget?.activate(); // back to where one was
    },
    async newSession() {
      show();
      await copilot.newSession();
    },
    stop: () => copilot.stop(),
    async ask(cell) {
      show();
      await copilot.ask(cell);
      panel.focus();
    },
    async askAboutFailure(kind, cell) {
      show();
      await copilot.askAboutFailure(kind, cell);
    },
  });

  if (toolbars !== null) addCellButtons(toolbars, app.commands, notebooks);
  renderers?.addFactory(
    rendererFactory((node) => copilot.host(notebooks.around(node))),
    RANK,
  );
  disposables.add(commands);
  disposables.add(copilot);
  disposables.add(panel);
  if (tracker !== null) {
    disposables.add(
      watchNotebooks(tracker, notebooks, {
        frontChanged() {
          copilot.frontChanged();
          commands?.changed();
        },
        kernelChanged: (notebook) => copilot.kernelChanged(notebook),
        renamed: () => copilot.refresh(),
        cellRan: (notebook) => panel.isVisible && copilot.cellRan(notebook),
        activeCellChanged: () => commands?.changed(COMMANDS.askSelection, COMMANDS.explainError, COMMANDS.fixError),
      }),
    );
    copilot.frontChanged();
  }
  active = disposables;
}
