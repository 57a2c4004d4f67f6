import type {Connector} from './process-log.ts';

/** A table or a view of a program, and its connectors. */
type Relation = {
  /** `TABLE orders`, `MATERIALIZED VIEW totals`. */
  readonly create: string;
  /** Of a table. */
  readonly columns?: readonly string[];
  /** Of a view. */
  readonly query?: string;
  readonly connectors?: readonly Connector[] | undefined;
};

/** A program as a user writes it: its connectors are those that the process prints at its start, without what is not set. */
export function programOf(relations: readonly Relation[]): string {
  return `${relations.map(statementOf).join('\n\n')}\n`;
}

function statementOf({create, columns, query, connectors = []}: Relation): string {
  const list = connectors.map(connectorText).join(',\n');
  const properties =
    connectors.length === 0 ? '' : `WITH (\n  'connectors' = '[\n${list.replaceAll("'", "''")}\n  ]'\n)`;
  const table = columns === undefined ? '' : `(\n  ${columns.join(',\n  ')}\n)`;
  const head = [`CREATE ${create}`, table, properties].filter((part) => part !== '').join(' ');
  return query === undefined ? `${head};` : `${head} AS\n${query};`;
}

function connectorText({endpoint, transport, format}: Connector): string {
  const name = endpoint.slice(endpoint.indexOf('.') + 1);
  const config = Object.fromEntries(Object.entries(transport.config).filter(([, value]) => value !== null));
  const json = JSON.stringify({name, transport: {name: transport.name, config}, ...(format && {format})}, undefined, 2);
  return json.replaceAll(/^/gm, '    ');
}
