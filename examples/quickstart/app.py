from flask import Flask, current_app, render_template_string
from flask_airlock import RoleMixin, Security, SQLAlchemyUserDatastore, UserMixin, login_required
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy
from werkzeug.local import LocalProxy

_security = LocalProxy(lambda: current_app.extensions["security"])
_datastore = LocalProxy(lambda: _security.datastore)

app = Flask(__name__)
app.config["DEBUG"] = True
app.config["SECRET_KEY"] = "super-secret"
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
app.config["SECURITY_TWO_FACTOR"] = True
app.config["SECURITY_TWO_FACTOR_ENABLED_METHODS"] = ["mail", "google_authenticator"]  # and "sms", with a provider
app.config["SECURITY_TWO_FACTOR_URI_SERVICE_NAME"] = "your_app_name"
app.config["SECURITY_TWO_FACTOR_RESCUE_MAIL"] = "your_mail@example.com"

db = SQLAlchemy(app)

roles_users = db.Table(
    "roles_users",
    db.Column("user_id", db.Integer(), db.ForeignKey("user.id")),
    db.Column("role_id", db.Integer(), db.ForeignKey("role.id")),
)

class Role(db.Model, RoleMixin):
    id = db.Column(db.Integer(), primary_key=True)
    name = db.Column(db.String(80), unique=True)
    description = db.Column(db.String(255))

class User(db.Model, UserMixin):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(255), unique=True)
    password = db.Column(db.String(255))
    active = db.Column(db.Boolean())
    confirmed_at = db.Column(db.DateTime())
    roles = db.relationship("Role", secondary=roles_users, backref=db.backref("users", lazy="dynamic"))
    phone_number = db.Column(db.String(15))
    two_factor_primary_method = db.Column(db.String(140))
    totp_secret = db.Column(db.String(16))

user_datastore = SQLAlchemyUserDatastore(db, User, Role)
security = Security(app, user_datastore)
mail = Mail(app)          # after Security, as in the seed

with app.app_context():   # the seed's before_first_request is gone from Flask
    db.create_all()
    user_datastore.create_user(email="matt@nobien.net", password="password")
    db.session.commit()

@app.route("/")
@login_required
def home():
    return render_template_string("Hello {{ current_user.email }}")
