/** How a connector of a real pipeline is declared: its part in the JSON of the table's, or the view's, `connectors`. */
export type Connector = {
  readonly name: string;
  readonly transport: {readonly name: string; readonly config: unknown};
  readonly format?: {readonly name: string; readonly config: unknown};
  /** It waits until it is started by itself. */
  readonly paused?: boolean;
};

const records = {name: 'json', config: {update_format: 'raw', array: false}};

/** Records, one a line, of a file that is read on as it grows. */
export function followedFile(name: string, path: string): Connector {
  return {name, transport: {name: 'file_input', config: {path, follow: true}}, format: records};
}

export function fetchedOnce(name: string, path: string): Connector {
  return {name, transport: {name: 'url_input', config: {path}}, format: records};
}

export function generated(name: string, rate: number): Connector {
  return {name, transport: {name: 'datagen', config: {plan: [{rate}]}}};
}

export function writtenTo(name: string, path: string): Connector {
  return {name, transport: {name: 'file_output', config: {path}}, format: {name: 'json', config: {}}};
}

/** The one program that Feldera's engine is compiled for here: the table `orders` and the view `big_orders`. */
export function ordersProgram(inputs: readonly Connector[], outputs: readonly Connector[] = []): string {
  const quoted = (connectors: readonly Connector[]): string => JSON.stringify(connectors).replaceAll("'", "''");
  return `create table orders (id bigint not null, customer varchar, amount double)
with ('materialized' = 'true', 'connectors' = '${quoted(inputs)}');
create materialized view big_orders with ('connectors' = '${quoted(outputs)}') as
select * from orders where amount >= 100;
`;
}
