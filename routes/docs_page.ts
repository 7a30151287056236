import { html } from "hono/html";
import type { ApiDocument, DocumentedOperation, DocumentedSchema } from "./api_document.ts";

/** Made by `html`: text in it is escaped. */
type Html = ReturnType<typeof html>;

/** The API's document as a page for people: what can be asked, with what, and by whom. */
export function docsPage({ info, paths }: ApiDocument): Html {
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation }))
  );
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${info.title} ${info.version}: API</title>
        <link rel="stylesheet" href="/ui/ui.css">
      </head>
      <body>
            <h1>${info.title} ${info.version}</h1>
            <p>${info.description ?? ""} The same as an OpenAPI document: <a href="/openapi.json">/openapi.json</a>.</p>
            <nav>
              <ul>
                ${operations.map(({ path, method, operation }) =>
                  html`<li><a href="#${idOf(method, path)}"><code>${method} ${path}</code></a> ${
                    operation.summary ?? ""
                  }</li>`
                )}
              </ul>
            </nav>
            ${operations.map((each) => operationSection(each))}
          </body>
    </html>
  `;
}

function operationSection(
  { path, method, operation }: { path: string; method: string; operation: DocumentedOperation },
): Html {
  const { summary = "", description = "", parameters = [], requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  return html`<section id="${idOf(method, path)}">
      <h2><code>${method} ${path}</code></h2>
      <p>${summary}. ${whoMay(operation)}</p>
      ${description === "" ? "" : html`<p>${description}</p>`}
      ${
    parameters.length === 0 ? "" : html`<ul>${
      parameters.map((parameter) => {
        const { name, in: place, required, description } = parameter;
        const more = description === undefined ? "" : `: ${description}`;
        return html`<li><code>${name}</code> (${place}${required ? ", required" : ""})${more}</li>`;
      })
    }</ul>`
  }
      ${body === undefined ? "" : html`<p>Body:</p>${fieldList(body)}`}
      <p>Answers: ${
    Object.entries(responses).map(([status, { description }]) => `${status} ${description}`).join("; ")
  }.</p>
    </section>`;
}

function whoMay({ "x-carillon-role": role }: DocumentedOperation): string {
  if (role === undefined || role === "public") return "Asks for no token.";
  return `Takes the role ${role}.`;
}

function fieldList({ properties = {}, required = [] }: DocumentedSchema): Html | string {
  const fields = Object.entries(properties);
  if (fields.length === 0) return "";
  return html`<ul>${
    fields.map(([name, schema]) =>
      html`<li><code>${name}</code> ${typeOf(schema)}${required.includes(name) ? ", required" : ""}</li>`
    )
  }</ul>`;
}

function typeOf({ type, enum: values, items }: DocumentedSchema): string {
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(", ");
  if (items !== undefined) return `list of ${typeOf(items)}`;
  return Array.isArray(type) ? type.join(" or ") : type ?? "anything";
}

function idOf(method: string, path: string): string {
  return `${method}-${path}`.replace(/[^A-Za-z0-9]+/g, "-");
}
