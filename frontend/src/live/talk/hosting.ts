/** The teacher's side of a call: answered by whatever is on the air, and mixed into it. */
import { make } from '../../contest/elements';
import { studio } from '../desk';
import type { RoomContext } from '../part';
import { Call } from './call';
import { Gathered } from './order';
import type { Signal } from './shapes';

const GONE_MS = 30_000;

export type Hosting = '' | 'connecting' | 'on' | 'lost';

export class Host {
  private call: Call | null = null;
  private readonly gathered = new Gathered();
  private readonly guest = make('audio');
  private gone = 0;
  private last = '';

  constructor(
    private readonly room: RoomContext,
    private readonly ice: RTCIceServer[],
    private readonly changed: (state: Hosting) => void,
  ) {
    this.guest.autoplay = true;
  }

  heard(signal: Signal): void {
    if (signal.kind !== 'offer' || signal.call === this.last) return;
    const sdp = this.gathered.add(signal.call, signal.part, signal.parts, signal.data);
    if (sdp !== null) void this.take(signal.call, sdp);
  }

  /** Nobody is on the stage any more. */
  async clear(): Promise<void> {
    window.clearTimeout(this.gone);
    this.gone = 0;
    if (this.call === null) return;
    this.call.close();
    this.call = null;
    this.guest.srcObject = null;
    this.changed('');
    await studio.desk?.seat(null);
  }

  private async take(name: string, sdp: string): Promise<void> {
    const { desk } = studio;
    if (desk === null) return;
    this.last = name;
    this.call?.close();
    const call = new Call(this.room, name, this.ice, (state) => {
      if (call !== this.call) return;
      if (state === 'on') void this.seated(call);
      else this.lost();
    });
    this.call = call;
    this.changed('connecting');
    desk.changed = () => void call.replaceVoice(desk.voice);
    await call.answer(sdp, desk.voice);
  }

  private async seated(call: Call): Promise<void> {
    window.clearTimeout(this.gone);
    this.gone = 0;
    // Chrome gives sound to a graph only while an element plays it too; the teacher listens by it.
    this.guest.srcObject = call.heard;
    void this.guest.play().catch(() => undefined);
    await studio.desk?.seat(call.heard);
    this.changed('on');
  }

  private lost(): void {
    this.changed('lost');
    if (this.gone !== 0) return;
    this.gone = window.setTimeout(() => {
      void this.room.say('hands.end');
    }, GONE_MS);
  }
}
