// Package browser drives the pages of the command in a real Chromium, as a person
// would, through the command itself and its server. It is a module of its own, for
// the sake of the driver's dependencies. ".ci/run browser" runs it; by hand, npm
// fetches axe-core, whose file AXE names:
//
//	npm pack axe-core@4.14.1 && tar -xf axe-core-4.14.1.tgz
//	AXE=$PWD/package/axe.min.js PICTURES=/tmp/pictures go test ./...
//
// To add a page, write a test that has its URL and call [tab.looks], which visits the
// page 360 and 1440 pixels wide, light and dark, with and without scripts. In each it
// has to fit the window, to load nothing from elsewhere, to say nothing on the console,
// and to leave axe-core nothing serious to find. If PICTURES names a folder, the
// pictures are there afterwards. [serve] starts the server of the command:
//
//	func TestTheDocumentation(t *testing.T) {
//		t.Parallel()
//		server := serve(t)
//		open(t).looks("docs", server.origin+"/")
//	}
//
// What a person does is written with the methods of [tab]: visit, click, fill, press,
// text. Each waits for what it needs, and fails with the URL and a picture of the page.
package browser
