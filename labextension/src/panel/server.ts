/** The Jupyter server's side of the copilot: where its socket is, whether it is there, which session a notebook has. */
import { URLExt } from "@jupyterlab/coreutils";
import { ServerConnection } from "@jupyterlab/services";

export class CopilotServer {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  get socketUrl(): string {
    return URLExt.join(this.settings.wsUrl, "table-copilot/ws");
  }

  get token(): string {
    return this.settings.token;
  }

  /** False only where the server says that it has no copilot; other troubles are the connection's to tell. */
  async hasCopilot(): Promise<boolean> {
    try {
      return (await this.get("health")).status !== 404;
    } catch {
      return true;
    }
  }

  /** The session that the notebook's cells talk in; null where the server does not know. */
  async notebookSession(path: string, kernelId: string | null): Promise<string | null> {
    const query = new URLSearchParams({ path, ...(kernelId === null ? {} : { kernel_id: kernelId }) });
    try {
      const reply = await this.get(`notebook-session?${query}`);
      if (!reply.ok) return null;
      const { session_id: sessionId } = (await reply.json()) as { session_id?: unknown };
      return typeof sessionId === "string" && sessionId !== "" ? sessionId : null;
    } catch {
      return null;
    }
  }

  private get(endpoint: string): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, "table-copilot/api/") + endpoint;
    return ServerConnection.makeRequest(url, {}, this.settings);
  }
}
