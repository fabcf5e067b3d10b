// A real OpenID Connect provider for tests: whoever types a sign-in name is that person.
//   node server.js PORT BACK AFTER     (redirect address, address after signing out)
// "unverified" in a name makes an address that the provider has not verified; "as:OTHER:" before an address makes
// another person (subject) with the same address.
import Provider from "oidc-provider";

const [port, back, after] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "hallwatch",
      client_secret: "a secret of the tests",
      redirect_uris: [back],
      post_logout_redirect_uris: [after],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["tests"] },
  findAccount: (context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: id.split(":").at(-1),
      email_verified: !id.includes("unverified"),
      name: "Somebody",
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
