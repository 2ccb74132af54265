package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"aead.dev/minisign"
	"golang.org/x/tools/txtar"

	"github.com/nonmerci/nonmerci/selectors"
)

// MainTrusting is [Main] of a build that knows these publishers of flow files.
func MainTrusting(ctx context.Context, w World, publishers []string) int {
	return (&app{World: w, publishers: publishers}).main(ctx)
}

// Publisher signs flow files.
type Publisher struct {
	Line string // the public key
	key  minisign.PrivateKey
}

// NewPublisher makes one up.
func NewPublisher() (Publisher, error) {
	public, key, err := minisign.GenerateKey(rand.Reader)
	return Publisher{public.String(), key}, err
}

// Sign signs flow files as a revision.
func (p Publisher) Sign(data []byte, revision int) []byte {
	r := minisign.NewReader(bytes.NewReader(data))
	_, _ = io.Copy(io.Discard, r)
	return r.SignWithComments(p.key, fmt.Sprintf("nonmerci flows %d", revision), "made by a test")
}

// Published are the flow files of the tree with another revision, in which old words
// are replaced by new ones. What selectors reads is written here anew.
func Published(revision int, old, new string) ([]byte, error) {
	a := &txtar.Archive{Comment: fmt.Appendf(nil, "nonmerci flows\nschema: 1\nrevision: %d\n\n", revision)}
	for _, service := range append(selectors.Services(), "phrases") {
		data, err := os.ReadFile(filepath.Join("..", "..", "selectors", "flows", service+".yaml"))
		if err != nil {
			return nil, err
		}
		data = revisionLine.ReplaceAll(data, fmt.Appendf(nil, "revision: %d", revision))
		a.Files = append(a.Files, txtar.File{Name: service + ".yaml", Data: bytes.ReplaceAll(data, []byte(old), []byte(new))})
	}
	return txtar.Format(a), nil
}

var revisionLine = regexp.MustCompile(`(?m)^revision: [0-9]+$`)
