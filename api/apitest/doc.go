// Package apitest serves the API inside a test: one call gives the reference
// server of package [github.com/ubiops-contrib/transfer/api/server] and clients
// for it, and the end of the test takes them away.
//
//	func TestMyCode(t *testing.T) {
//		s := apitest.New(t)
//		client := s.Client("demo")
//		// ... what is to be tested, with client ...
//		if n := s.Count(apitest.ExportsCreate); n != 1 {
//			t.Errorf("%d exports were created", n)
//		}
//	}
//
// # What a server has
//
// Without options it has the project demo, with nothing in it. [WithProject]
// gives it others, filled from archives or from models ([FromFile],
// [FromContent], ...). [Server.Content] returns what a project holds at any time, with
// the bytes of packages and the values of secrets.
//
// [Server.Client] is a client that may do everything in one project, and
// [Server.ReadOnlyClient] one that may only read. Other clients take
// [Server.URL], [Server.HTTPClient] and [Server.Token].
//
// Ids and dates are the same each time: the first export or import is ID(1), the
// next ID(2), and each is created a second after the one before.
//
// # How jobs advance
//
// By themselves: whatever reads an export or import waits until it is completed,
// has failed, or waits for a confirmation, so that a test takes no time for
// polling. To see what lies between, choose one of
//
//   - [JobsByHand]: [Server.Step] moves the oldest by one status;
//   - [JobsByReads]: each status is read n times;
//   - [JobsByTime]: each status lasts for a time, of the bubble or of a [Clock];
//   - [JobsInBackground]: nothing waits for anything.
//
// # What goes wrong
//
// [Server.Inject] makes some calls of an operation meet a [Fault]: another
// response, a delay, a connection that is reset before or after the server has done
// its work, a response or a request that is cut. Nothing is random. What the
// client sees is real: faults happen on the connection.
//
// [Server.Requests] is the journal: what has come, what was answered, which
// fault was met. A test that fails has it in its log.
//
// # Time
//
// Everything works inside a bubble of testing/synctest if [New] is called there,
// with the bubble's t: the network is in memory, and nothing is left when the
// bubble ends. There a client's delays take no time:
//
//	synctest.Test(t, func(t *testing.T) {
//		s := apitest.New(t)
//		s.Inject(apitest.ExportsList, apitest.First(2), apitest.Answer(503, nil, ""))
//		// ... code that tries three times ...
//	})
//
// [WithLoopback] serves on a real port instead, for other processes. A test ends
// when the connections to its server have; after a response that came before the
// end of a large request, net/http keeps one for half a second.
package apitest
