/**
 * Signed playlist addresses carry their token in the path; segments inherit it. When the token is
 * renewed, addresses already read from the playlist are rewritten to the new prefix (pure).
 */
export function folderOf(address: string, base: string): string {
  const url = new URL(address, base);
  return url.origin + url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1);
}

/** What of a signed address names the content: /hls/<token>/<expiry>/<member>/<lecture>/<take>/… */
export function takeOf(address: string): string {
  const parts = address.split('/');
  return parts[parts.length - 2] ?? '';
}

export class SignedFolder {
  private readonly earlier: string[] = [];
  private now: string;

  constructor(playlist: string, private readonly base: string) {
    this.now = folderOf(playlist, base);
  }

  renew(playlist: string): void {
    const fresh = folderOf(playlist, this.base);
    if (fresh === this.now) return;
    this.earlier.push(this.now);
    this.now = fresh;
  }

  /** The address to really ask for. */
  current(address: string): string {
    for (const old of this.earlier) {
      if (address.startsWith(old)) return this.now + address.slice(old.length);
    }
    return address;
  }
}
