/**
 * One side of a direct connection between two browsers. A description is sent whole, when its
 * addresses are known: there are two messages, and nothing to come too early or too late.
 */
import type { RoomContext } from '../part';
import { Gathered, inParts } from './order';
import type { Signal } from './shapes';

const GATHER_MS = 2500;

export type CallState = 'calling' | 'on' | 'lost';

export function canCall(view: Window & typeof globalThis = window): boolean {
  return 'RTCPeerConnection' in view;
}

/** Wait until the own addresses are known, but not for ever on servers that do not answer. */
async function described(connection: RTCPeerConnection): Promise<string> {
  if (connection.iceGatheringState !== 'complete') {
    await new Promise<void>((done) => {
      const look = (): void => {
        if (connection.iceGatheringState === 'complete') done();
      };
      connection.addEventListener('icegatheringstatechange', look);
      window.setTimeout(done, GATHER_MS);
    });
  }
  return connection.localDescription?.sdp ?? '';
}

export class Call {
  readonly connection: RTCPeerConnection;
  readonly heard = new MediaStream();
  private readonly gathered = new Gathered();
  private ended = false;

  constructor(
    private readonly room: RoomContext,
    readonly name: string,
    ice: RTCIceServer[],
    private readonly changed: (state: CallState) => void,
  ) {
    this.connection = new RTCPeerConnection({ iceServers: ice });
    this.connection.addEventListener('track', ({ track }) => {
      this.heard.addTrack(track);
    });
    this.connection.addEventListener('connectionstatechange', () => {
      if (this.ended) return;
      const state = this.connection.connectionState;
      if (state === 'connected') this.changed('on');
      else if (state === 'failed' || state === 'disconnected') this.changed('lost');
    });
  }

  async offer(tracks: MediaStreamTrack[]): Promise<void> {
    for (const track of tracks) this.connection.addTrack(track, new MediaStream([track]));
    await this.connection.setLocalDescription(await this.connection.createOffer());
    await this.tell('offer');
  }

  async answer(sdp: string, voice: MediaStreamTrack | null): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'offer', sdp: atob(sdp) });
    if (voice !== null) this.connection.addTrack(voice, new MediaStream([voice]));
    await this.connection.setLocalDescription(await this.connection.createAnswer());
    await this.tell('answer');
  }

  /** The other side's description, in parts; what belongs to another call is left. */
  async heardOf(signal: Signal): Promise<void> {
    if (this.ended || signal.call !== this.name || signal.kind !== 'answer') return;
    const sdp = this.gathered.add(signal.call, signal.part, signal.parts, signal.data);
    if (sdp === null || this.connection.signalingState !== 'have-local-offer') return;
    await this.connection.setRemoteDescription({ type: 'answer', sdp: atob(sdp) });
  }

  async replaceVoice(voice: MediaStreamTrack | null): Promise<void> {
    for (const sender of this.connection.getSenders()) {
      if (sender.track?.kind === 'audio') await sender.replaceTrack(voice);
    }
  }

  close(): void {
    this.ended = true;
    this.connection.close();
  }

  private async tell(kind: 'offer' | 'answer'): Promise<void> {
    // Ends of lines are part of a description, and are not kept in words: it travels in letters.
    const parts = inParts(btoa(await described(this.connection)));
    for (const [part, data] of parts.entries()) {
      if (this.ended) return;
      await this.room.say('hands.signal', { kind, call: this.name, part, parts: parts.length, data });
    }
  }
}
