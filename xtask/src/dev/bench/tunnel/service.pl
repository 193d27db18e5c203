# On the host's loopback: `GET /bytes/N` is N bytes, anything else a word of health. Keeps connections.
use strict;
use Socket;
$SIG{CHLD} = 'IGNORE';
socket(my $door, PF_INET, SOCK_STREAM, 0) or die;
setsockopt($door, SOL_SOCKET, SO_REUSEADDR, 1);
bind($door, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die;
listen($door, 64) or die;
while (1) {
    accept(my $client, $door) or next;
    if (fork) { close $client; next }
    setsockopt($client, 6, 1, 1);
    select($client);
    $| = 1;
    while (defined(my $line = <$client>)) {
        my ($left) = $line =~ m{^GET /bytes/(\d+)};
        while (defined(my $head = <$client>)) { last if $head =~ /^\r?\n$/ }
        my $length = $left // 20;
        print "HTTP/1.1 200 OK\r\nContent-Length: $length\r\n\r\n";
        if (!defined $left) { print '{"status":"healthy"}'; next }
        my $chunk = 'x' x 262144;
        while ($left > 0) {
            print $left < 262144 ? substr($chunk, 0, $left) : $chunk;
            $left -= 262144;
        }
    }
    exit;
}
