export class HttpError extends Error {
  constructor(readonly status: number, url: string) {
    super(`${status} from ${url}`);
  }
}

export async function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<any> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
  if (response.status >= 500) throw new HttpError(response.status, url);
  return response.json();
}

export function debounce<A extends unknown[]>(call: (...args: A) => void, waitMs: number): (...args: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...args), waitMs);
  };
}
