/** What the server knows of a file before it is sent. */
export interface Known {
  title: string;
  url: string;
}

export interface Before {
  /** The person's own upload this file goes on with. */
  resume: Known | null;
  /** A lecture it may be already. */
  known: Known | null;
  /** Why it will not be taken, in words. */
  refusal: string;
}

/** Null where nobody can be asked: the upload itself will say what is the matter. */
export async function askBefore(address: string, file: File, fingerprint: string): Promise<Before | null> {
  if (address === '') return null;
  const asked = new URL(address, window.location.href);
  asked.searchParams.set('name', file.name);
  asked.searchParams.set('size', String(file.size));
  asked.searchParams.set('fingerprint', fingerprint);
  try {
    const answer = await fetch(asked, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
    return answer.ok ? ((await answer.json()) as Before) : null;
  } catch {
    return null;
  }
}
