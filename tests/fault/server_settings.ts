import { z } from "zod";

/** What a server process of a fault test is told. */
export const serverSettingsSchema = z.object({
  dataDir: z.string(),
  logPath: z.string(),
  /** `native`: the one that the engine's profile names. `silent`: every ring is dropped. */
  bell: z.enum(["native", "silent"]),
  slots: z.number().int(),
});
/** What a server process of a fault test is told. */
export type ServerSettings = z.infer<typeof serverSettingsSchema>;
