import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
export default defineConfig({
  root: import.meta.dirname,
  base: "/ui/",
  plugins: [react()],
  build: { outDir: "../../static/ui", emptyOutDir: true },
});
