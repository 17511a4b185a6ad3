/** One after the other: what one person says stands in the order it was written, also after a cut. */
import type { Reply, RoomContext } from '../part';

export class Sender {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly room: RoomContext) {}

  say(verb: string, body: object): Promise<Reply> {
    const next = this.last.then(() => this.room.say(verb, body));
    this.last = next.catch(() => undefined);
    return next;
  }
}
