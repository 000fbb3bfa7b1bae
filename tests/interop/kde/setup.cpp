// Looks for calendars from each URL with KDE's own library, as Akonadi does when a person adds a calendar.
// kde_setup USER PASSWORD CALENDAR URL...: each URL is to lead to this one calendar, with a colour, writable.

#include <QApplication>
#include <QColor>
#include <QTextStream>
#include <QUrl>

#include <KDAV/DavCollection>
#include <KDAV/DavCollectionsMultiFetchJob>
#include <KDAV/DavUrl>

static QString fault(const QUrl &url, const QString &calendar)
{
    auto *job = new KDAV::DavCollectionsMultiFetchJob({KDAV::DavUrl(url, KDAV::CalDav)});
    job->setAutoDelete(false);
    if (!job->exec()) {
        return job->errorText().simplified();
    }
    const auto found = job->collections();
    if (found.size() != 1 || found[0].url().url().path() != calendar) {
        return QStringLiteral("%1 calendars").arg(found.size());
    }
    if (!found[0].color().isValid() || found[0].color() == QColor(Qt::black)) {
        return QStringLiteral("the calendar has no colour");
    }
    return (found[0].privileges() & KDAV::Write) ? QString() : QStringLiteral("the calendar is read-only");
}

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QTextStream out(stdout);
    int failed = 0;
    for (int place = 4; place < argc; ++place) {
        QUrl url(QString::fromLocal8Bit(argv[place]));
        url.setUserName(QString::fromLocal8Bit(argv[1]));
        url.setPassword(QString::fromLocal8Bit(argv[2]));
        const QString wrong = fault(url, QString::fromLocal8Bit(argv[3]));
        if (!wrong.isEmpty()) {
            ++failed;
            out << "  FAIL " << (url.path().isEmpty() ? QStringLiteral("(no-path)") : url.path()) << "  " << wrong << "\n";
        }
    }
    out << "KDE: " << argc - 4 - failed << " passed, " << failed << " failed\n";
    return failed > 0;
}
