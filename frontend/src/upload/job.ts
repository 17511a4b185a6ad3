/** Reading what the server says about an uploaded file (pure). */
export interface JobStatus {
  state: string;
  percent: number;
  message: string;
  done?: boolean;
  retry_url?: string | null;
  same_as?: { title: string; url: string };
}

export interface JobView {
  percent: number;
  tone: '' | 'ok' | 'error';
  retryable: boolean;
  finished: boolean;
}

export function describeJob(status: JobStatus): JobView {
  const retryable = typeof status.retry_url === 'string' && status.retry_url !== '';
  const failed = retryable || status.state.toLowerCase() === 'failed';
  const ready = status.state.toLowerCase() === 'ready' || (status.done === true && !failed);
  return {
    percent: ready ? 100 : Math.min(100, Math.max(0, status.percent)),
    tone: failed ? 'error' : ready ? 'ok' : '',
    retryable,
    finished: ready || failed,
  };
}

/** The last part of the address the server gave the upload. */
export function uploadId(address: string): string {
  return address.replace(/[?#].*$/, '').replace(/\/+$/, '').split('/').pop() ?? '';
}

/** A refusal in words, when the server sent one: JSON with `error`, or a short plain text. */
export function reasonOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    if (body.length > 0 && body.length < 200 && !body.includes('<')) return body;
  }
  return '';
}
