// Pages that show no alerts: what waits, and the sound.
import { listen, NOTHING_BEFORE } from "../shared/live.js";

listen(() => NOTHING_BEFORE, {}, { hidden: false });
