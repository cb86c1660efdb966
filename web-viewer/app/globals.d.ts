import type { Room, ViewerId } from '../core/wire.gen.js';
import type { Pose } from '../core/camera.js';
import type { StatsRecord } from './figures.js';

declare global {
  interface Window {
    /** What the page offers to tests, benches and the curious. */
    heliograph: {
      /** Of the messages that this page speaks. */
      protocol: number;
      /** The newest figures. Plain data, computed at the call; what getStats() says follows within half a second of the first. */
      stats(): StatsRecord;
      /** Forgets the frames and samples so far. */
      resetStats(): void;
      /** Who is here, as the host said it last; null before that. */
      room(): Room | null;
      /** Which of the guests this page is; null before the host said it. */
      me(): ViewerId | null;
      /** Whence the picture on screen was drawn, and where the outline is that runs ahead of it. */
      camera(): { shown: Pose | null; foreseen: Pose | null };
    };
  }
}
