// A JSON-RPC client for the node: one call, or many in one request.
// SPDX-License-Identifier: Apache-2.0

export class RpcError extends Error {
  constructor(method, error) {
    super(`${method}: ${error.message ?? JSON.stringify(error)}`);
    this.name = "RpcError";
    this.code = error.code;
    this.data = error.data;
  }
}

export class Rpc {
  #next_id = 1;

  /** @param {string} url http address of the node */
  constructor(url, { timeout_ms = 60_000 } = {}) {
    this.url = url;
    this.timeout_ms = timeout_ms;
  }

  /** One call; its result, or an RpcError. */
  async call(method, ...params) {
    const [answer] = await this.#post([this.#request(method, params)]);
    if (answer.error) throw new RpcError(method, answer.error);
    return answer.result;
  }

  /** Many calls [[method, params...], ...] in one request; their results in order, or an RpcError of the first that failed. */
  async batch(calls) {
    if (calls.length === 0) return [];
    const requests = calls.map(([method, ...params]) => this.#request(method, params));
    const by_id = new Map((await this.#post(requests)).map((answer) => [answer.id, answer]));
    return requests.map((request) => {
      const answer = by_id.get(request.id);
      if (!answer || answer.error) throw new RpcError(request.method, answer?.error ?? { message: "no answer" });
      return answer.result;
    });
  }

  #request(method, params) {
    return { jsonrpc: "2.0", id: this.#next_id++, method, params };
  }

  async #post(requests) {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(requests),
      signal: AbortSignal.timeout(this.timeout_ms),
    });
    if (!response.ok) throw new Error(`${this.url} answered HTTP ${response.status}`);
    return response.json();
  }
}
